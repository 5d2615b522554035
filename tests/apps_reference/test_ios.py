"""The iOS app as far as no compiler is needed: its Swift parses, its words come in three languages,
its project and property lists are whole. `test_swift` compiles and runs its core."""

import json
import plistlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.apps_reference import openstep
from tests.apps_reference.swift_source import faults, formats, localised

ROOT = Path(__file__).parents[2]
IOS = ROOT / "apps_reference" / "ios"
SWIFT = sorted(IOS.rglob("*.swift"))
CATALOGUE = IOS / "SkinSeg" / "Localizable.xcstrings"
PROJECT = IOS / "SkinSeg.xcodeproj" / "project.pbxproj"
LANGUAGES = ("de", "es")
ID = re.compile(r"[0-9A-F]{24}")


def named(path: Path) -> str:
    return path.relative_to(IOS).as_posix()


@pytest.mark.parametrize("path", SWIFT, ids=named)
def test_every_swift_file_parses(path: Path) -> None:
    assert faults(path.read_bytes()) == []


@pytest.mark.parametrize("path", SWIFT, ids=named)
def test_a_bracket_too_many_is_found(path: Path) -> None:
    assert faults(path.read_bytes() + b"}\n")


@pytest.mark.parametrize("path", SWIFT, ids=named)
def test_files_hold_one_idea(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 110


def test_the_core_imports_no_apple_framework() -> None:
    for path in (IOS / "SkinCore" / "Sources").rglob("*.swift"):
        imports = set(re.findall(r"^\s*import (\w+)", path.read_text(), re.MULTILINE))
        assert imports <= {"Foundation", "SkinCore", "CryptoKit"}, path
        assert "CryptoKit" not in imports or "#if canImport(CryptoKit)" in path.read_text()


def wanted_words() -> set[str]:
    views = (IOS / "SkinSeg").rglob("*.swift")
    return {key for path in views for key in localised(path)} | formats(
        IOS / "SkinCore" / "Sources" / "SkinCore" / "Refusals.swift"
    )


def untranslated(strings: dict[str, Any]) -> list[str]:
    """Return the keys that lack a language, or whose translation takes other arguments."""
    return [
        key
        for key, entry in strings.items()
        for language in LANGUAGES
        if not _is_translated(key, entry["localizations"].get(language, {}))
    ]


def _is_translated(key: str, entry: dict[str, Any]) -> bool:
    unit = entry.get("stringUnit", {})
    value = unit.get("value", "")
    return unit.get("state") == "translated" and value and value.count("%@") == key.count("%@")


def test_every_word_comes_in_three_languages() -> None:
    catalogue = json.loads(CATALOGUE.read_text())
    assert catalogue["sourceLanguage"] == "en"
    assert set(catalogue["strings"]) == wanted_words()
    assert untranslated(catalogue["strings"]) == []


def test_a_missing_translation_and_a_lost_argument_are_found() -> None:
    strings = json.loads(CATALOGUE.read_text())["strings"]
    plain, filled = "Opacity", "An artefact must be whole, %@ is missing; export it again."
    del strings[plain]["localizations"]["es"]
    strings[filled]["localizations"]["de"]["stringUnit"]["value"] = "Es fehlt etwas."
    assert sorted(untranslated(strings)) == [filled, plain]


def test_refusals_say_rule_finding_and_remedy() -> None:
    for sentence in formats(IOS / "SkinCore" / "Sources" / "SkinCore" / "Refusals.swift"):
        assert re.fullmatch(r"[A-Z][^;]+; [^;]+\.", sentence), sentence


def test_info_plist_asks_for_what_the_app_uses() -> None:
    info = plistlib.loads((IOS / "Info.plist").read_bytes())
    strings = json.loads((IOS / "SkinSeg" / "InfoPlist.xcstrings").read_text())["strings"]
    camera = strings["NSCameraUsageDescription"]["localizations"]
    assert camera["en"]["stringUnit"]["value"] == info["NSCameraUsageDescription"]
    assert untranslated(strings) == []
    assert info["UISupportedInterfaceOrientations"] == ["UIInterfaceOrientationPortrait"]
    keys = {key for key in info if key.startswith("NS")}
    assert keys == {"NSCameraUsageDescription"}  # neither the network nor the photo library


def test_the_app_collects_nothing() -> None:
    privacy = plistlib.loads((IOS / "SkinSeg" / "PrivacyInfo.xcprivacy").read_bytes())
    assert privacy["NSPrivacyTracking"] is False
    assert privacy["NSPrivacyCollectedDataTypes"] == privacy["NSPrivacyTrackingDomains"] == []
    words = "URLSession|URLRequest|NWConnection|import Network|import WebKit|https?://"
    for path in SWIFT:
        assert not re.search(words, path.read_text()), path


def dangling(project: dict[str, Any]) -> set[str]:
    """Return the ids that an object names and no object has."""
    objects = project["objects"]
    return set(ID.findall(json.dumps([project["rootObject"], *objects.values()]))) - set(objects)


def test_the_project_is_whole() -> None:
    project = openstep.parse(PROJECT.read_text())
    objects = project["objects"]
    assert project["objectVersion"] == "77"  # folders that Xcode keeps in step by itself
    assert dangling(project) == set()
    used = set(ID.findall(json.dumps([project["rootObject"], *objects.values()])))
    assert set(objects) == used
    for thing in objects.values():
        path = thing.get("path", thing.get("relativePath"))
        if path and thing.get("sourceTree") != "BUILT_PRODUCTS_DIR":
            assert (IOS / path).exists(), path
    (target,) = (o for o in objects.values() if o["isa"] == "PBXNativeTarget")
    (resources,) = (o for o in objects.values() if o["isa"] == "PBXResourcesBuildPhase")
    (copied,) = (objects[objects[file]["fileRef"]] for file in resources["files"])
    assert target["productType"] == "com.apple.product-type.application"
    assert (copied["path"], copied["lastKnownFileType"]) == ("Model", "folder")


def test_a_broken_project_is_found() -> None:
    text = PROJECT.read_text()
    with pytest.raises(ValueError, match="must stand"):
        openstep.parse(text.replace("isa = PBXProject;", "isa = PBXProject"))
    line = next(line for line in text.splitlines(True) if "isa = PBXBuildFile; productRef" in line)
    assert dangling(openstep.parse(text.replace(line, ""))) == {line.split()[0]}


def test_the_scripts_are_bash() -> None:
    for name in ("check", "toolchain", "use-model"):
        subprocess.run(["bash", "-n", IOS / name], check=True)
