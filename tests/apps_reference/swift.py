"""Swift 6 for tests: the core built once from nothing, its runner, and modules of Apple's names.

The compiler is Debian's, from the private root that `apps_reference/ios/toolchain` fills.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

IOS = Path(__file__).parents[2] / "apps_reference" / "ios"
STRICT = ("-swift-version", "6", "-warnings-as-errors")
STUBS = (
    "CryptoKit", "CoreVideo", "CoreML", "CoreAI", "CoreGraphics", "ImageIO", "AVFoundation",
    "CoreTransferable", "UniformTypeIdentifiers", "UIKit", "SwiftUI", "PhotosUI",
)  # fmt: skip
"""In the order in which they import each other."""
RUNNER = "/build/core/release/SkinCoreVectors"
MODULES = ("-I", "/build/stubs", "-I", "/build/core/release/Modules")


@dataclass(frozen=True)
class Swift:
    """A build; `home` is /build to the programs, the app's folder is /source."""

    home: Path

    def __call__(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the private root."""
        return subprocess.run(
            [IOS / "toolchain", IOS, self.home, *command], capture_output=True, text=True
        )

    def runner(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `SkinCoreVectors`; paths are below `home`."""
        return self(RUNNER, *words)

    def must(self, *command: str) -> None:
        """Run a program that must not complain."""
        done = self(*command)
        assert not done.returncode, done.stdout + done.stderr

    def typecheck(self, module: str, sources: Iterable[str]) -> subprocess.CompletedProcess[str]:
        """Check files, paths below /source or /build, against the core and the stubs."""
        flags = ("-parse-as-library", "-module-name", module, *MODULES)
        return self("swiftc", "-typecheck", *STRICT, *flags, *sources)


def build(home: Path) -> Swift:
    """Compile SkinCore as its package says, and the stub modules."""
    swift = Swift(home)
    (home / "stubs").mkdir()
    package = ("--package-path", "/source/SkinCore", "--scratch-path", "/build/core")
    flags = [word for flag in STRICT[2:] for word in ("-Xswiftc", flag)]
    swift.must("swift-build", "-c", "release", "--disable-sandbox", *package, *flags)
    for name in STUBS:
        module = ("-module-name", name, "-emit-module-path", f"/build/stubs/{name}.swiftmodule")
        flags = ("-emit-module", "-parse-as-library", "-I", "/build/stubs")
        swift.must("swiftc", *STRICT, *flags, *module, f"/source/stubs/{name}.swift")
    return swift
