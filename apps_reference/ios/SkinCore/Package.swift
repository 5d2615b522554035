// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "SkinCore",
    platforms: [.iOS("17.4"), .macOS(.v14)],
    products: [.library(name: "SkinCore", targets: ["SkinCore"])],
    targets: [
        .target(name: "SkinCore"),
        .executableTarget(name: "SkinCoreVectors", dependencies: ["SkinCore"]),
    ]
)
