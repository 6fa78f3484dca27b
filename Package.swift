// swift-tools-version: 6.2
import PackageDescription

// The upcoming features that Swift 6.3 offers beyond language mode 6, and no warning left behind.
var strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

// `CORDON_SLOW=100 swift build` names every expression slower than 100 ms to type-check.
if let limit = Context.environment["CORDON_SLOW"] {
    strict.append(.treatAllWarnings(as: .warning))
    strict.append(.unsafeFlags(["-Xfrontend", "-warn-long-expression-type-checking=\(limit)"]))
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let package = Package(
    name: "cordon",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "cordon", targets: ["cordon"]),
        .library(name: "CordonClient", targets: ["CordonClient"]),
        .library(name: "CordonLedger", targets: ["CordonLedger"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CExecutor"),
        .target(name: "CMalloc", linkerSettings: [.linkedLibrary("jemalloc")]),
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CordonLedger", dependencies: [asn1, crypto], swiftSettings: strict),
        .target(
            name: "CordonCore",
            dependencies: ["CordonLedger", crypto, .product(name: "Yams", package: "Yams")],
            resources: [.embedInCode("Policy/default-policy.yaml")],
            swiftSettings: strict),
        .target(name: "CordonAPI", swiftSettings: strict),
        .target(
            name: "CordonStore",
            dependencies: [
                "CGlibc", "CPostgres", "CSQLite", "CZlib", "CZstd", "CordonCore", "CordonLedger",
                crypto,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "CordonOperations",
            dependencies: [
                "CGlibc", "CordonCore", "CordonLedger", "CordonStore", crypto, cryptoExtras,
            ],
            swiftSettings: strict),
        .target(
            name: "CordonGateway",
            dependencies: [
                "CExecutor", "CGlibc", "CordonCore", "CordonOperations", asyncHTTPClient, crypto,
                httpTypes, hummingbird,
                logging, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), nioHTTPTypes,
                serviceLifecycle,
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict),
        .target(
            name: "CordonWeb",
            dependencies: [
                "CZlib", "CordonAPI", "CordonCore", "CordonLedger", "CordonOperations",
                hummingbird, httpTypes, logging, nio("NIOCore"), nio("NIOPosix"), serviceLifecycle,
            ],
            resources: [
                .embedInCode("Assets/style.css"), .embedInCode("Assets/script.js"),
                .embedInCode("Assets/icon.svg"), .embedInCode("Assets/texts.json"),
            ],
            swiftSettings: strict),
        .target(
            name: "CordonClient",
            dependencies: [
                "CordonAPI", asyncHTTPClient, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "cordon",
            dependencies: [
                "CMalloc",
                "CordonAPI", "CordonClient", "CordonCore", "CordonGateway", "CordonLedger",
                "CordonOperations", "CordonStore", "CordonWeb", asyncHTTPClient, hummingbird,
                logging, nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                serviceLifecycle,
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strict),
        .target(
            name: "CordonTesting",
            dependencies: ["CordonCore", "CordonLedger", "CordonOperations", "CordonStore"],
            swiftSettings: strict),
        .testTarget(name: "CordonAPITests", dependencies: ["CordonAPI"], swiftSettings: strict),
        .testTarget(
            name: "CordonLedgerTests", dependencies: ["CordonLedger"], swiftSettings: strict),
        .testTarget(name: "CordonCoreTests", dependencies: ["CordonCore"], swiftSettings: strict),
        .testTarget(
            name: "CordonStoreTests", dependencies: ["CordonStore", "CordonTesting"],
            swiftSettings: strict),
        .testTarget(
            name: "CordonOperationsTests",
            dependencies: [
                "CordonCore", "CordonLedger", "CordonOperations", "CordonStore", "CordonTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CordonServerTests",
            dependencies: [
                "CordonAPI", "CordonClient", "CordonCore", "CordonGateway", "CordonOperations",
                "CordonStore",
                "CordonTesting",
                "CordonWeb", logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict),
        .testTarget(
            name: "CordonGatewayTests",
            dependencies: [
                "CordonCore", "CordonGateway", "CordonOperations", "CordonTesting", asyncHTTPClient,
                httpTypes, hummingbird, logging, nio("NIOCore"), nio("NIOEmbedded"),
                nio("NIOHTTP1"), nio("NIOPosix"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Bodies"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
