#include <sqlite3.h>

/// Has SQLite not count what it allocates, which takes a lock each time; to be called before any
/// database is opened. Swift cannot call functions whose arguments vary.
static inline int cordon_sqlite_counts_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
