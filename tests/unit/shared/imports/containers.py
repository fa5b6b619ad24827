"""One ground truth of boxes, written by hand in the form of each program."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.imports.reading.formats import FormatName


class Box(NamedTuple):
    """A box by left, top, width and height."""

    label: str
    left: float
    top: float
    width: float
    height: float


class Picture(NamedTuple):
    """An image with its boxes."""

    name: str
    width: int
    height: int
    boxes: list[Box]

    @property
    def stem(self) -> str:
        return self.name.removesuffix(".jpg")


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of files by their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def labels_of(pictures: list[Picture]) -> list[str]:
    return sorted({box.label for picture in pictures for box in picture.boxes})


def coco(pictures: list[Picture]) -> bytes:
    names = labels_of(pictures)
    annotations = [
        {"image_id": number, "category_id": names.index(box.label) + 1, "bbox": list(box[1:])}
        for number, picture in enumerate(pictures, start=1)
        for box in picture.boxes
    ]
    return encoded(
        {
            "images": [
                {"id": number, "file_name": each.name, "width": each.width, "height": each.height}
                for number, each in enumerate(pictures, start=1)
            ],
            "annotations": [{"id": number, **each} for number, each in enumerate(annotations, start=1)],
            "categories": [{"id": number, "name": name} for number, name in enumerate(names, start=1)],
        }
    )


def voc(pictures: list[Picture]) -> bytes:
    return zipped({f"Annotations/{each.stem}.xml": _voc(each) for each in pictures})


def yolo(pictures: list[Picture]) -> bytes:
    names = labels_of(pictures)
    texts = {f"labels/{each.stem}.txt": _yolo(each, names) for each in pictures}
    return zipped({**texts, "data.yaml": json.dumps({"names": names})})


def cvat(pictures: list[Picture]) -> bytes:
    images = "".join(
        f'<image id="{index}" name="{each.name}" width="{each.width}" height="{each.height}">'
        + "".join(
            f'<box label="{box.label}" source="manual" occluded="0" xtl="{box.left}" ytl="{box.top}" '
            f'xbr="{box.left + box.width}" ybr="{box.top + box.height}" z_order="0"></box>'
            for box in each.boxes
        )
        + "</image>"
        for index, each in enumerate(pictures)
    )
    labels = "".join(f"<label><name>{name}</name></label>" for name in labels_of(pictures))
    head = '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>'
    return f"{head}<meta><task><labels>{labels}</labels></task></meta>{images}</annotations>".encode()


def labelme(pictures: list[Picture]) -> bytes:
    return zipped(
        {
            f"{each.stem}.json": encoded(
                {
                    "version": "5.4.1",
                    "flags": {},
                    "shapes": [
                        {
                            "label": box.label,
                            "points": [[box.left, box.top], [box.left + box.width, box.top + box.height]],
                            "group_id": None,
                            "shape_type": "rectangle",
                            "flags": {},
                        }
                        for box in each.boxes
                    ],
                    "imagePath": f"..\\images\\{each.name}",
                    "imageData": None,
                    "imageHeight": each.height,
                    "imageWidth": each.width,
                }
            )
            for each in pictures
        }
    )


def label_studio(pictures: list[Picture]) -> bytes:
    return encoded(
        [
            {
                "id": number,
                "data": {"image": f"/data/upload/1/{each.name}?x=1"},
                "annotations": [
                    {
                        "id": 1,
                        "completed_by": 1,
                        "result": [_region(each, box, index) for index, box in enumerate(each.boxes)],
                    },
                    {"id": 2, "was_cancelled": True, "result": []},
                ],
                "predictions": [],
            }
            for number, each in enumerate(pictures, start=1)
        ]
    )


def openimages(pictures: list[Picture]) -> bytes:
    names = {name: f"/m/0{index}" for index, name in enumerate(labels_of(pictures))}
    header = (
        "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
    )
    rows = [
        f"{each.stem},xclick,{names[box.label]},1,{box.left / each.width},{(box.left + box.width) / each.width},"
        f"{box.top / each.height},{(box.top + box.height) / each.height},0,0,0,0,0"
        for each in pictures
        for box in each.boxes
    ]
    classes = "".join(f"{number},{name}\n" for name, number in names.items())
    return zipped({"boxes.csv": "\n".join((header, *rows)), "class-descriptions-boxable.csv": classes})


def kitti(pictures: list[Picture]) -> bytes:
    return zipped(
        {
            f"label_2/{each.stem}.txt": "".join(
                f"{box.label} 0.00 0 -1.57 {box.left} {box.top} {box.left + box.width} {box.top + box.height} "
                "1.5 1.6 3.7 1.0 1.7 46.7 -1.55\n"
                for box in each.boxes
            )
            for each in pictures
        }
    )


def datumaro(pictures: list[Picture]) -> bytes:
    names = labels_of(pictures)
    return encoded(
        {
            "dm_format_version": "1.0",
            "media_type": 2,
            "infos": {},
            "categories": {"label": {"labels": [{"name": name, "parent": "", "attributes": []} for name in names]}},
            "items": [
                {
                    "id": each.stem,
                    "annotations": [
                        {
                            "id": 0,
                            "type": "bbox",
                            "attributes": {},
                            "group": 0,
                            "label_id": names.index(box.label),
                            "z_order": 0,
                            "bbox": list(box[1:]),
                        }
                        for box in each.boxes
                    ],
                    "image": {"path": each.name, "size": [each.height, each.width]},
                }
                for each in pictures
            ],
        }
    )


def via(pictures: list[Picture]) -> bytes:
    return encoded(
        {
            "_via_settings": {"project": {"name": "street"}},
            "_via_img_metadata": {
                f"{each.name}-1": {
                    "filename": each.name,
                    "size": -1,
                    "regions": [
                        {
                            "shape_attributes": {"name": "rect", **dict(zip(_SIDES, box[1:], strict=True))},
                            "region_attributes": {"kind": box.label},
                        }
                        for box in each.boxes
                    ],
                    "file_attributes": {},
                }
                for each in pictures
            },
            "_via_attributes": {"region": {"kind": {"type": "text"}}, "file": {}},
        }
    )


def via_table(pictures: list[Picture]) -> bytes:
    target = io.StringIO()
    rows = csv.writer(target)
    rows.writerow(_VIA_COLUMNS)
    for each in pictures:
        for index, box in enumerate(each.boxes):
            shape = json.dumps({"name": "rect", **dict(zip(_SIDES, box[1:], strict=True))})
            said = json.dumps({"class": {box.label: True, "none of these": False}})
            rows.writerow((each.name, 1, "{}", len(each.boxes), index, shape, said))
        if not each.boxes:
            rows.writerow((each.name, 1, "{}", 0, 0, "{}", "{}"))
    return target.getvalue().encode()


def sagemaker(pictures: list[Picture]) -> bytes:
    names = labels_of(pictures)
    return "".join(
        json.dumps(
            {
                "source-ref": f"s3://street/{each.name}",
                "boxes": {
                    "image_size": [{"width": each.width, "height": each.height, "depth": 3}],
                    "annotations": [
                        {"class_id": names.index(box.label), **dict(zip(_PLACE, box[1:], strict=True))}
                        for box in each.boxes
                    ],
                },
                "boxes-metadata": {
                    "objects": [{"confidence": 1} for _ in each.boxes],
                    "class-map": {str(index): name for index, name in enumerate(names)},
                    "type": "groundtruth/object-detection",
                    "human-annotated": "yes",
                },
            }
        )
        + "\n"
        for each in pictures
    ).encode()


def tensorflow_csv(pictures: list[Picture]) -> bytes:
    rows = [
        f"{each.name},{each.width},{each.height},{box.label},{box.left},{box.top},{box.left + box.width},"
        f"{box.top + box.height}"
        for each in pictures
        for box in each.boxes
    ]
    return "\n".join(("filename,width,height,class,xmin,ymin,xmax,ymax", *rows)).encode()


CONTAINERS: dict[FormatName, Any] = {
    "coco": coco,
    "voc": voc,
    "yolo": yolo,
    "cvat": cvat,
    "labelme": labelme,
    "label_studio": label_studio,
    "openimages": openimages,
    "kitti": kitti,
    "datumaro": datumaro,
    "via": via,
    "sagemaker": sagemaker,
    "tensorflow_csv": tensorflow_csv,
}

# These do not say how large the images are, or not of those without boxes.
WITHOUT_IMAGES: tuple[FormatName, ...] = ("yolo", "openimages", "kitti", "label_studio", "via", "tensorflow_csv")

_SIDES = ("x", "y", "width", "height")
_PLACE = ("left", "top", "width", "height")
_VIA_COLUMNS = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
)


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def _voc(picture: Picture) -> str:
    objects = "".join(
        f"<object><name>{box.label}</name><bndbox><xmin>{box.left}</xmin><ymin>{box.top}</ymin>"
        f"<xmax>{box.left + box.width}</xmax><ymax>{box.top + box.height}</ymax></bndbox></object>"
        for box in picture.boxes
    )
    size = f"<size><width>{picture.width}</width><height>{picture.height}</height><depth>3</depth></size>"
    return f"<annotation><filename>{picture.name}</filename>{size}{objects}</annotation>"


def _yolo(picture: Picture, names: list[str]) -> str:
    return "".join(
        f"{names.index(box.label)} {(box.left + box.width / 2) / picture.width} "
        f"{(box.top + box.height / 2) / picture.height} {box.width / picture.width} {box.height / picture.height}\n"
        for box in picture.boxes
    )


def _region(picture: Picture, box: Box, index: int) -> dict[str, Any]:
    return {
        "id": f"x{index}",
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": picture.width,
        "original_height": picture.height,
        "image_rotation": 0,
        "value": {
            "x": box.left / picture.width * 100,
            "y": box.top / picture.height * 100,
            "width": box.width / picture.width * 100,
            "height": box.height / picture.height * 100,
            "rotation": 0,
            "rectanglelabels": [box.label],
        },
    }
