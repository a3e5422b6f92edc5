"""Messages of protobuf, built field by field."""


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
