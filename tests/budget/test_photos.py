"""Photos: real ones are kept clean, everything else is refused before it can hurt."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from budget.errors import PhotoTooLarge, PhotoUnreadable
from budget.photos import LIMIT_BYTES, LIMIT_PIXELS, prepare


def encoded(
    size: tuple[int, int] = (640, 480), kind: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    out = BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_our_jpeg_with_a_thumbnail(kind: str) -> None:
    picture = prepare(encoded((3000, 2000), kind))
    large, small = opened(picture.content), opened(picture.thumbnail)
    assert (large.format, large.size) == ("JPEG", (1600, 1067))
    assert (small.format, small.size) == ("JPEG", (480, 320))
    assert (picture.width, picture.height) == large.size


def test_a_small_photo_is_not_blown_up() -> None:
    assert opened(prepare(encoded((300, 200))).content).size == (300, 200)


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (1600, 1200)), (3, (1600, 1200)), (6, (1200, 1600)), (8, (1200, 1600))]
)
def test_a_photo_taken_sideways_stands_upright_and_its_exif_is_gone(
    orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Owner of the phone"
    exif.get_ifd(0x8825)[1] = "N"  # the place
    picture = prepare(encoded((2000, 1500), exif=exif, comment=b"Owner of the phone"))
    kept = opened(picture.content)
    assert kept.size == size
    assert not kept.getexif()
    for data in (picture.content, picture.thumbnail):
        assert b"Owner" not in data
        assert b"Exif" not in data


def test_a_photo_taken_sideways_is_turned_the_right_way() -> None:
    left_dark = Image.new("RGB", (200, 100), "white")
    left_dark.paste("black", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: what was left comes up
    out = BytesIO()
    left_dark.save(out, "JPEG", exif=exif, quality=95)
    kept = opened(prepare(out.getvalue()).content)
    assert kept.getpixel((50, 20))[0] < 30
    assert kept.getpixel((50, 180))[0] > 220


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(prepare(out.getvalue()).content).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_unusual_colours_are_read(mode: str) -> None:
    assert opened(prepare(encoded(mode=mode)).content).mode == "RGB"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture at all",
        b"\xff\xd8\xff\xe0 only claims to be a photo",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        encoded()[:2000],
        encoded(kind="GIF", mode="L"),
        encoded(kind="BMP"),
    ],
    ids=["empty", "text", "claims", "pdf", "svg", "cut", "gif", "bmp"],
)
def test_what_only_claims_to_be_a_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        prepare(data)


def test_a_file_of_ten_megabytes_is_refused_before_it_is_opened() -> None:
    with pytest.raises(PhotoTooLarge) as refusal:
        prepare(encoded() + b"\0" * (10 * 1024 * 1024))
    assert refusal.value.facts == {"by": "bytes", "limit_bytes": LIMIT_BYTES, "limit_pixels": LIMIT_PIXELS}


@pytest.mark.parametrize("side", [6_000, 12_000, 60_000])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_unopened(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    with pytest.raises(PhotoTooLarge) as refusal:
        prepare(bomb)
    assert refusal.value.facts["by"] == "pixels"


def test_the_whole_sensor_of_a_telephone_is_accepted() -> None:
    data = encoded((8000, 6000), quality=30)
    assert len(data) < LIMIT_BYTES
    assert prepare(data).width == 1600


_SAMPLES = [encoded((64, 48), kind) for kind in ("JPEG", "PNG", "WEBP")]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_SAMPLES),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12),
    st.integers(0, 5000),
)
def test_a_damaged_file_is_a_photo_or_a_refusal_and_never_anything_else(
    sample: bytes, changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(sample)
    for place, value in changes:
        data[place % len(data)] = value
    try:
        picture = prepare(bytes(data[: max(length, 1)]))
    except (PhotoUnreadable, PhotoTooLarge):
        return
    assert opened(picture.content).format == "JPEG"
