/// The tables of Cordon, as the migrations that make them.
package enum Schema {
    /// All migrations in their order; a new one goes to the end, and none is ever changed.
    package static let migrations: [Migration] = [.spine, .evidence, .approvals, .lists, .reports]
}
