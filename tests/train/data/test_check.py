"""A sound folder gives no finding; every kind of damage gives its own, with the file named."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from skinseg_mobile.runtime_py.errors import InputError
from skinseg_mobile.train.data.check import DataFinding, DataProblem, check

HEIGHT, WIDTH = 8, 12


def photograph(number: int) -> NDArray[np.uint8]:
    return np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def truth() -> NDArray[np.uint8]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:5, 3:9] = 255
    return mask


def save(pixels: NDArray[np.uint8], path: Path, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Six pairs, two of each split."""
    for number, id_ in enumerate("abcefg"):
        save(photograph(number), tmp_path / "images" / f"{id_}.png")
        save(truth(), tmp_path / "masks" / f"{id_}.png")
    (tmp_path / "split.csv").write_text(
        "id,split\na,train\nb,dev\nc,test\ne,train\nf,dev\ng,test\n"
    )
    return tmp_path


def only(root: Path) -> DataFinding:
    findings = check(root)
    assert len(findings) == 1, [finding.sentence for finding in findings]
    return findings[0]


def names(finding: DataFinding) -> list[str]:
    return [path.name for path in finding.paths]


def test_sound_folder_has_no_findings(sound: Path) -> None:
    assert check(sound) == ()
    (sound / "split.csv").unlink()
    assert check(sound) == ()


def test_masks_of_any_two_levels_are_sound(sound: Path) -> None:
    Image.fromarray(truth() > 0).save(sound / "masks" / "a.png")  # 1 bit
    save(np.full((HEIGHT, WIDTH), 255, np.uint8), sound / "masks" / "b.png")  # lesion fills it
    save((truth() // 255) * np.uint8(130) + np.uint8(5), sound / "masks" / "c.png")
    assert check(sound) == ()
    save(truth() // 255, sound / "masks" / "b.png")
    assert check(sound) == ()


def test_photograph_without_mask(sound: Path) -> None:
    (sound / "masks" / "b.png").unlink()
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (DataProblem.UNPAIRED, ("b",), ["b.png"])
    assert finding.sentence == "b has no mask in masks/. Add it."


def test_mask_without_photograph(sound: Path) -> None:
    save(truth(), sound / "masks" / "z_segmentation.png")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.UNPAIRED, ("z",))
    assert names(finding) == ["z_segmentation.png"]


def test_row_without_photograph(sound: Path) -> None:
    with (sound / "split.csv").open("a") as file:
        file.write("z,train\n")
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (
        DataProblem.UNPAIRED,
        ("z",),
        ["split.csv"],
    )


@pytest.mark.parametrize("folder", ["images", "masks"])
def test_two_files_for_one_id(sound: Path, folder: str) -> None:
    pixels = photograph(9) if folder == "images" else truth()
    save(pixels, sound / folder / "a.bmp")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.SAME_ID, ("a",))
    assert names(finding) == ["a.bmp", "a.png"]


@pytest.mark.parametrize("folder", ["images", "masks"])
@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "folder"])
def test_unreadable_file(sound: Path, folder: str, damage: str) -> None:
    path = sound / folder / "a.png"
    content = {"empty": b"", "text": b"hello", "truncated": path.read_bytes()[:60]}
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes(content[damage])
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (
        DataProblem.UNREADABLE,
        ("a",),
        ["a.png"],
    )


def test_animated_photograph(sound: Path) -> None:
    (sound / "images" / "a.png").unlink()
    first, second = (Image.fromarray(photograph(number)) for number in (5, 6))
    first.save(sound / "images" / "a.gif", save_all=True, append_images=[second])
    assert only(sound).kind is DataProblem.UNREADABLE
    assert "a.gif has 2 frames" in only(sound).sentence


def test_empty_mask(sound: Path) -> None:
    save(np.zeros((HEIGHT, WIDTH), np.uint8), sound / "masks" / "b.png")
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (DataProblem.EMPTY, ("b",), ["b.png"])


def test_jpeg_mask_is_not_binary(sound: Path) -> None:
    (sound / "masks" / "b.png").unlink()
    save(truth(), sound / "masks" / "b.jpg", quality=50)
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (
        DataProblem.NON_BINARY,
        ("b",),
        ["b.jpg"],
    )


def test_smoothed_mask_is_not_binary(sound: Path) -> None:
    mask = truth()
    mask[2] = 100
    save(mask, sound / "masks" / "b.png")
    assert only(sound).kind is DataProblem.NON_BINARY
    assert "The mask b.png has 3 grey levels instead of 2." in only(sound).sentence


def test_mask_of_another_size(sound: Path) -> None:
    save(truth()[:, 1:], sound / "masks" / "b.png")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.SIZE, ("b",))
    assert names(finding) == ["b.png", "b.png"]
    assert (
        "b.png is 12×8 pixels as displayed (EXIF applied) and its mask b.png is 11×8"
        in finding.sentence
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_compared_as_displayed(sound: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = photograph(0).swapaxes(0, 1) if orientation >= 5 else photograph(0)
    save(np.ascontiguousarray(turned), sound / "images" / "a.png", exif=exif)
    assert check(sound) == ()
    save(np.ascontiguousarray(truth().T), sound / "masks" / "a.png")
    assert only(sound).kind is DataProblem.SIZE


def test_same_pixels_in_one_split_are_a_duplicate(sound: Path) -> None:
    save(photograph(0), sound / "images" / "d.bmp")
    save(truth(), sound / "masks" / "d.png")
    with (sound / "split.csv").open("a") as file:
        file.write("d,train\n")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.DUPLICATE, ("a", "d"))
    assert names(finding) == ["a.png", "d.bmp"]


@pytest.mark.parametrize("split", ["dev", "valid", "test"])
def test_same_pixels_in_two_splits_are_leakage(sound: Path, split: str) -> None:
    save(photograph(0), sound / "images" / "d.png", compress_level=0)  # other bytes, same pixels
    save(truth(), sound / "masks" / "d.png")
    assert (sound / "images" / "a.png").read_bytes() != (sound / "images" / "d.png").read_bytes()
    with (sound / "split.csv").open("a") as file:
        file.write(f"d,{split}\n")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.LEAKAGE, ("a", "d"))
    assert f"a (train) and d ({split}) show the same image in different splits" in finding.sentence


def test_same_bytes_of_another_shape_are_no_duplicate(sound: Path) -> None:
    save(photograph(0).reshape(WIDTH, HEIGHT, 3), sound / "images" / "b.png")
    save(np.ascontiguousarray(truth().T), sound / "masks" / "b.png")
    assert check(sound) == ()


def test_leakage_into_the_dev_taken_from_train(tmp_path: Path) -> None:
    for number in range(20):  # no split.csv: two of these become dev, all show the same
        save(photograph(0), tmp_path / "images" / f"{number}.png")
        save(truth(), tmp_path / "masks" / f"{number}.png")
    assert only(tmp_path).kind is DataProblem.LEAKAGE


def test_broken_split_csv_is_found_and_the_rest_still_checked(sound: Path) -> None:
    (sound / "split.csv").write_text("id,split\na,training\n")
    (sound / "masks" / "b.png").unlink()
    split, unpaired = check(sound)
    assert (split.kind, names(split)) == (DataProblem.SPLIT, ["split.csv"])
    assert split.sentence.endswith("Leakage was not checked.")
    assert unpaired.kind is DataProblem.UNPAIRED


def test_findings_come_kind_by_kind_and_in_order_of_ids(sound: Path) -> None:
    for id_ in "cab":
        save(np.zeros((HEIGHT, WIDTH), np.uint8), sound / "masks" / f"{id_}.png")
    (sound / "images" / "b.png").write_bytes(b"")
    found = [(finding.kind, *finding.ids) for finding in check(sound)]
    empty = DataProblem.EMPTY
    assert found == [(DataProblem.UNREADABLE, "b"), (empty, "a"), (empty, "b"), (empty, "c")]


def test_finding_is_plain_json(sound: Path) -> None:
    (sound / "masks" / "b.png").unlink()
    plain = only(sound).as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["kind"] == "unpaired"
    assert plain["paths"] == [str(sound / "images" / "b.png")]


@pytest.mark.parametrize(
    ("folder", "words"),
    [("none", "does not exist"), ("empty", "has no images in its folder images/")],
)
def test_folder_without_photographs_is_bad_input(tmp_path: Path, folder: str, words: str) -> None:
    (tmp_path / "empty" / "images").mkdir(parents=True)
    with pytest.raises(InputError, match=f"{folder} {words}"):
        check(tmp_path / folder)


def test_check_lives_without_torch() -> None:
    code = "import sys, skinseg_mobile.train.data.check; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_files_that_are_not_used_are_named(sound: Path) -> None:
    (sound / "images" / "notes.txt").touch()
    (sound / "masks" / "old").mkdir()
    (sound / "images" / ".DS_Store").touch()
    found = [(finding.kind, names(finding)) for finding in check(sound)]
    assert found == [(DataProblem.NOT_USED, ["notes.txt"]), (DataProblem.NOT_USED, ["old"])]


def test_an_image_that_split_csv_does_not_name(sound: Path) -> None:
    save(photograph(9), sound / "images" / "d.png")
    save(truth(), sound / "masks" / "d.png")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.NOT_USED, ("d",))


@pytest.mark.parametrize("level", [0, 255])
def test_a_split_whose_masks_say_nothing(sound: Path, level: int) -> None:
    for id_ in "bf":
        save(np.full((HEIGHT, WIDTH), level, np.uint8), sound / "masks" / f"{id_}.png")
    finding = next(f for f in check(sound) if f.kind is DataProblem.GROUND_TRUTH)
    assert (finding.ids, names(finding)) == (("b", "f"), ["b.png", "f.png"])
    assert "No mask of the 2 in dev holds both lesion and background" in finding.sentence


def test_inverted_masks(sound: Path) -> None:
    for id_ in "abce":
        save(255 - truth(), sound / "masks" / f"{id_}.png")
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.INVERTED, tuple("abce"))
    assert finding.sentence.startswith("4 of 6 masks are True along the border and False inside")


def test_a_few_masks_along_the_border_are_no_inverted_set(sound: Path) -> None:
    for id_ in "abc":
        save(255 - truth(), sound / "masks" / f"{id_}.png")
    assert check(sound) == ()


def test_a_patient_in_two_splits_is_leakage(sound: Path) -> None:
    table = "id,split,patient\na,train,1\nb,dev,2\nc,test,1\ne,train,3\nf,dev,2\ng,test,4\n"
    (sound / "split.csv").write_text(table)
    finding = only(sound)
    assert (finding.kind, finding.ids, names(finding)) == (
        DataProblem.LEAKAGE,
        ("a", "c"),
        ["split.csv"],
    )
    assert (
        "In split.csv, patient 1 is in several splits: a (train) and c (test)" in finding.sentence
    )


@pytest.mark.parametrize("split", ["test", "train"])
def test_nearly_the_same_image_in_two_splits(sound: Path, split: str) -> None:
    large = Image.fromarray(photograph(0)).resize((96, 64))
    large.save(sound / "images" / "a.png")
    save(np.kron(truth(), np.ones((8, 8), np.uint8)), sound / "masks" / "a.png")
    large.resize((48, 32)).save(sound / "images" / "d.jpg", quality=90)
    save(np.kron(truth(), np.ones((4, 4), np.uint8)), sound / "masks" / "d.png")
    with (sound / "split.csv").open("a") as file:
        file.write(f"d,{split}\n")
    if split == "train":
        assert check(sound) == ()
        return
    finding = only(sound)
    assert (finding.kind, finding.ids) == (DataProblem.NEAR_DUPLICATE, ("a", "d"))
    assert names(finding) == ["a.png", "d.jpg"]
    assert finding.sentence.startswith("a (train) and d (test) show nearly the same image (corr")
