"""A drawing of a street, whose objects are known and which is free of others' rights."""

from PIL import Image, ImageDraw, ImageFilter

from tests.pictures import encode

SIZE = (960, 640)
HORIZON = 400

# The rectangles of the objects: x, y, width and height.
CARS = {"blue": (90, 390, 240, 110), "red": (610, 420, 290, 130)}
PEOPLE = {"left": (395, 345, 62, 190), "right": (505, 360, 54, 165)}
DOG = (455, 475, 62, 50)
ROOF = [(560, 190), (680, 90), (800, 190)]


def street() -> bytes:
    """Draw the picture as a PNG file."""
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for y in range(HORIZON):
        shade = y / HORIZON
        draw.line((0, y, SIZE[0], y), fill=(int(120 + 100 * shade), int(170 + 60 * shade), int(225 + 20 * shade)))
    draw.ellipse((760, 40, 840, 120), fill=(255, 236, 170))
    _houses(draw)
    draw.rectangle((0, HORIZON, SIZE[0], 470), fill=(150, 147, 140))
    draw.rectangle((0, 470, SIZE[0], SIZE[1]), fill=(84, 87, 94))
    for x in range(20, SIZE[0], 150):
        draw.polygon([(x, 590), (x + 80, 590), (x + 74, 602), (x - 6, 602)], fill=(232, 228, 214))
    _car(draw, CARS["blue"], (43, 92, 160))
    _car(draw, CARS["red"], (178, 44, 40))
    _person(draw, PEOPLE["left"], (38, 70, 83), (224, 172, 138))
    _person(draw, PEOPLE["right"], (214, 140, 52), (141, 96, 70))
    _dog(draw, DOG)
    return encode(image.filter(ImageFilter.GaussianBlur(0.6)), "PNG")


def heat() -> bytes:
    """Draw a heat map over the people, as a PNG file with transparency."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for x, y, width, height in PEOPLE.values():
        for ring in range(9, 0, -1):
            grown = ring * 7
            colour = (255, 40 + 20 * ring, 0, 235 - 22 * ring)
            draw.ellipse((x - grown, y - grown, x + width + grown, y + height * 0.6 + grown), fill=colour)
    return encode(image.filter(ImageFilter.GaussianBlur(14)), "PNG")


def _houses(draw: ImageDraw.ImageDraw) -> None:
    for x, width, top, colour in ((0, 190, 150, (196, 160, 130)), (200, 160, 210, (170, 178, 160)),
                                  (370, 180, 130, (205, 190, 165)), (570, 220, 190, (180, 140, 128)),
                                  (800, 160, 160, (160, 168, 186))):  # fmt: skip
        draw.rectangle((x, top, x + width, HORIZON), fill=colour)
        for column in range(x + 22, x + width - 30, 46):
            for row in range(top + 26, HORIZON - 50, 60):
                draw.rectangle((column, row, column + 24, row + 34), fill=(92, 112, 132))
    draw.polygon(ROOF, fill=(130, 70, 58))


def _car(draw: ImageDraw.ImageDraw, rectangle: tuple[int, int, int, int], colour: tuple[int, int, int]) -> None:
    x, y, width, height = rectangle
    draw.rounded_rectangle((x, y + height * 0.4, x + width, y + height * 0.85), 18, fill=colour)
    cabin = [(0.2, 0.42), (0.32, 0.02), (0.68, 0.02), (0.84, 0.42)]
    draw.polygon([(x + width * a, y + height * b) for a, b in cabin], fill=colour)
    glass = [(0.26, 0.4), (0.35, 0.1), (0.65, 0.1), (0.77, 0.4)]
    draw.polygon([(x + width * a, y + height * b) for a, b in glass], fill=(190, 214, 228))
    for wheel_position in (0.22, 0.78):
        middle, radius = x + width * wheel_position, height * 0.2
        wheel = (middle - radius, y + height * 0.8 - radius, middle + radius, y + height * 0.8 + radius)
        draw.ellipse(wheel, fill=(26, 28, 32), outline=(150, 150, 150), width=5)


def _person(
    draw: ImageDraw.ImageDraw,
    rectangle: tuple[int, int, int, int],
    coat: tuple[int, int, int],
    skin: tuple[int, int, int],
) -> None:
    x, y, width, height = rectangle
    for leg in (0.24, 0.56):
        draw.rectangle((x + width * leg, y + height * 0.6, x + width * (leg + 0.2), y + height), fill=(44, 44, 52))
    draw.rounded_rectangle((x, y + height * 0.2, x + width, y + height * 0.68), 16, fill=coat)
    draw.ellipse((x + width * 0.24, y, x + width * 0.76, y + height * 0.2), fill=skin)


def _dog(draw: ImageDraw.ImageDraw, rectangle: tuple[int, int, int, int]) -> None:
    x, y, width, height = rectangle
    draw.rounded_rectangle((x + 4, y + 12, x + width - 10, y + 32), 10, fill=(116, 82, 52))
    draw.ellipse((x + width - 22, y, x + width, y + 20), fill=(116, 82, 52))
    for leg in (10, 20, width - 26, width - 17):
        draw.rectangle((x + leg, y + 28, x + leg + 5, y + height), fill=(96, 66, 42))
