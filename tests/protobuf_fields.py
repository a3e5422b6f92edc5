"""Messages of protobuf, built and taken apart field by field."""


def varint(n):
    n &= 2**64 - 1
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    """A number, or bytes: a text, a message, or packed numbers of a list."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, list):
        value = b"".join(map(varint, value))
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(**fields):
    """f1=..., f2=...; several values of one field as a tuple."""
    return b"".join(field(int(name[1:]), one) for name, value in fields.items()
                    for one in (value if isinstance(value, tuple) else (value,)))


def numbers(data):
    """Packed varints."""
    found, shift = [0], 0
    for byte in data:
        found[-1] |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(0)
            shift = 0
    assert not shift, "cut off"
    return found[:-1]


def fields(data):
    """(number, value) of each field, in order: a number, or bytes."""
    found, at = [], 0

    def take():
        nonlocal at
        start = at
        while data[at] > 127:
            at += 1
        at += 1
        return numbers(data[start:at])[0]

    while at < len(data):
        tag = take()
        if tag & 7 == 0:
            value = take()
        elif tag & 7 == 1:
            value = int.from_bytes(data[at:at + 8], "little")
            at += 8
        else:
            assert tag & 7 == 2, f"type {tag & 7}"
            length = take()
            value = data[at:at + length]
            assert len(value) == length, "cut off"
            at += length
        found.append((tag >> 3, value))
    return found
