"""profpipe.h through ctypes: what a program in another language sees of the shared library."""
import ctypes as c

OK, BAD, USAGE, LIMIT, MEMORY = range(5)
INPUT, OUTPUT = 1, 2

READ = c.CFUNCTYPE(c.c_ssize_t, c.c_void_p, c.c_void_p, c.c_size_t)
WRITE = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_size_t)
HEAR = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)


class Value(c.Structure):
    _fields_ = [("name", c.c_char_p), ("unit", c.c_char_p), ("exponent", c.c_int)]


class Function(c.Structure):
    _fields_ = [("name", c.c_char_p), ("name_size", c.c_size_t), ("file", c.c_char_p), ("file_size", c.c_size_t),
                ("line", c.c_uint32), ("self", c.c_int64), ("inclusive", c.c_int64), ("calls", c.c_int64)]


class Frame(c.Structure):
    _fields_ = [("name", c.c_char_p), ("name_size", c.c_size_t), ("file", c.c_char_p), ("file_size", c.c_size_t),
                ("line", c.c_uint32), ("column", c.c_uint32)]


class Label(c.Structure):
    _fields_ = [("key", c.c_char_p), ("text", c.c_char_p), ("number", c.c_int64), ("unit", c.c_char_p)]


class Stack(c.Structure):
    _fields_ = [("thread", c.c_char_p), ("pid", c.c_uint64), ("tid", c.c_uint64), ("frames", c.POINTER(Frame)),
                ("frame_count", c.c_size_t), ("values", c.POINTER(c.c_int64)), ("labels", c.POINTER(Label)),
                ("label_count", c.c_size_t)]


VISIT = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(Stack))

SIGNATURES = {
    "open": (c.c_void_p,),
    "close": (None, c.c_void_p),
    "error": (c.c_char_p, c.c_void_p),
    "listen": (None, c.c_void_p, HEAR, c.c_void_p),
    "version": (c.c_char_p,),
    "format_name": (c.c_char_p, c.c_size_t),
    "format_title": (c.c_char_p, c.c_size_t),
    "format_suffixes": (c.c_char_p, c.c_size_t),
    "format_reads": (c.c_int, c.c_size_t),
    "format_writes": (c.c_int, c.c_size_t),
    "set": (c.c_int, c.c_void_p, c.c_char_p, c.c_int, c.c_char_p, c.c_char_p),
    "read_file": (c.c_int, c.c_void_p, c.c_char_p, c.c_char_p),
    "read_memory": (c.c_int, c.c_void_p, c.c_char_p, c.c_char_p, c.c_size_t),
    "read_callback": (c.c_int, c.c_void_p, c.c_char_p, c.c_char_p, READ, c.c_void_p),
    "clear": (None, c.c_void_p),
    "source": (c.c_char_p, c.c_void_p),
    "write_file": (c.c_int, c.c_void_p, c.c_char_p, c.c_char_p),
    "write_memory": (c.c_int, c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p), c.POINTER(c.c_size_t)),
    "write_callback": (c.c_int, c.c_void_p, c.c_char_p, WRITE, c.c_void_p),
    "value_count": (c.c_size_t, c.c_void_p),
    "value": (c.c_int, c.c_void_p, c.c_size_t, c.POINTER(Value)),
    "total": (c.c_int, c.c_void_p, c.c_size_t, c.POINTER(c.c_int64)),
    "functions": (c.c_int, c.c_void_p, c.c_size_t, c.POINTER(c.POINTER(Function)), c.POINTER(c.c_size_t)),
    "stacks": (c.c_int, c.c_void_p, VISIT, c.c_void_p),
    "metadata_key": (c.c_char_p, c.c_void_p, c.c_size_t),
    "metadata_text": (c.c_char_p, c.c_void_p, c.c_size_t),
}


class Trouble(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status, self.text = status, text


def load(path):
    library = c.CDLL(str(path))
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(library, f"profpipe_{name}")
        function.restype, function.argtypes = result, arguments
    return library


class Profile:
    """A handle; every status that is not OK becomes an exception."""

    def __init__(self, library):
        self.library, self.handle = library, library.profpipe_open()
        self.heard = []
        self.hear = HEAR(lambda user, kind, text: self.heard.append((kind, text.decode())))
        library.profpipe_listen(self.handle, self.hear, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.profpipe_close(self.handle)
        self.handle = None

    def do(self, name, *arguments):
        status = getattr(self.library, f"profpipe_{name}")(self.handle, *arguments)
        if status != OK:
            raise Trouble(status, self.library.profpipe_error(self.handle).decode())

    def set(self, format, end, name, value):
        self.do("set", format and format.encode(), end, name.encode(), str(value).encode())

    def read(self, data, format=None):
        self.do("read_memory", format and format.encode(), data, len(data))

    def read_file(self, path, format=None):
        self.do("read_file", format and format.encode(), str(path).encode())

    def write(self, format):
        data, size = c.c_void_p(), c.c_size_t()
        self.do("write_memory", format.encode(), c.byref(data), c.byref(size))
        return c.string_at(data, size.value)

    def write_file(self, path, format=None):
        self.do("write_file", format and format.encode(), str(path).encode())

    def values(self):
        found = []
        for number in range(self.library.profpipe_value_count(self.handle)):
            value, total = Value(), c.c_int64()
            self.do("value", number, c.byref(value))
            self.do("total", number, c.byref(total))
            found.append((value.name.decode(), value.unit.decode(), value.exponent, total.value))
        return found

    def functions(self, value=0):
        found, count = c.POINTER(Function)(), c.c_size_t()
        self.do("functions", value, c.byref(found), c.byref(count))
        return [(f.name.decode(), f.file.decode(), f.line, f.self, f.inclusive, f.calls) for f in found[:count.value]]

    def stacks(self):
        found = []

        def visit(_, stack):
            s = stack.contents
            labels = {label.key.decode(): label.number if label.text is None else label.text.decode()
                      for label in s.labels[:s.label_count]}
            found.append(([f.name.decode() for f in s.frames[:s.frame_count]], s.values[0], labels))
            return 0

        self.do("stacks", VISIT(visit), None)
        return found

    def metadata(self):
        found, number = {}, 0
        while (key := self.library.profpipe_metadata_key(self.handle, number)) is not None:
            found[key.decode()] = self.library.profpipe_metadata_text(self.handle, number).decode()
            number += 1
        return found
