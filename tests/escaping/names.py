"""The table of names, as bytes, and what documented substitutes make of them."""
import re

# bidi controls: they change the order of what is around them
BIDI = [0x61c, 0x200e, 0x200f, *range(0x202a, 0x202f), *range(0x2066, 0x206a)]
# what a terminal or a reader cannot see as what it is: the rest of these
UNSEEN = [*range(0x20), *range(0x7f, 0xa0), *range(0x200b, 0x200e), *range(0x2028, 0x202a), *range(0x2060, 0x2066),
          *range(0x206a, 0x2070), 0xfeff, *range(0xfff9, 0xfffc), 0xfffe, 0xffff, *range(0xe0000, 0xe0080)]
UNSAFE = {*BIDI, *UNSEEN}

INVALID = [
    # overlong
    b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x80\xbc", b"\xe0\x9f\xbf", b"\xf0\x80\x80\x80", b"\xf0\x80\x80\xbc",
    b"\xf0\x8f\xbf\xbf", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80",
    # truncated
    b"\xc3", b"\xe2\x82", b"\xe2", b"\xf0\x9f\x98", b"\xf0\x9f", b"\xf0",
    # continuations alone
    b"\x80", b"\xbf", b"\x80\x80\x80", b"\xe2\x82\xac\x80",
    # surrogates: lone, halves of a pair, a pair (CESU-8), turned round, as Python spells a byte
    b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xed\xb8\x80\xed\xa0\xbd", b"\xed\xb2\x80", b"\xed\xb3\xbf", b"\xed\xa0\x80\xff", b"\xed\xa0", b"\xed",
    # beyond U+10FFFF, and bytes that begin nothing
    b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xfe", b"\xff", b"\xfe\xff", b"\xff\xfe<\0b\0>\0",
]

UNICODE = [chr(c) for c in [*BIDI, *(c for c in UNSEEN if c >= 0x80), 0xad, 0x34f, 0x180e, 0x115f, 0x3164, 0xfe0f, 0xfffd, 0xfdd0,
                            0x1fffe, 0x10ffff, 0xe000, 0xa0, 0xe9, 0x6f22, 0x1f600, 0x5d0, 0x627]] + [
    "e\u0301", "\u202efdp.exe\u202c", "user\u2066 // admin\u2069", "\u200fabc", "a\u202e\u2066b\u2069c", "\U0001f468\u200d\U0001f469",
    "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x"]

MARKUP = [
    "]]>", '"><script>alert(1)</script>', "</title><script>window.canary=1</script>", "</metadata><script>window.canary=1</script>",
    "</script><script>window.canary=1</script>", "<img src=x onerror=window.canary=1>", "<img src=http://canary.test/x>", "<!--", "-->", "<!-- x",
    "<![CDATA[", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY e 'x'>]>", "&amp;", "&lt;b&gt;", "&e;", "&#0;", "&#x3c;b&#x3e;", "&", "<", ">",
    "'", '"', "<svg onload=window.canary=1>", "' onmouseover='window.canary=1", '" onclick="window.canary=1', "javascript:window.canary=1",
    "[x](javascript:window.canary=1)", "[x]: http://canary.test/", "![x](http://canary.test/i.png)", "<http://canary.test/>", "http://canary.test/x",
    "www.canary.test", "|", "||", "a|b|c", "`x`", "``", "```", "~~x~~", "*x*", "**x**", "_x_", "# x", "### x", "- x", "1. x", "> x", "---", "===",
    "    x", "\\|", "\\", "\\\\", "\\`", "$x$", "$`x`$", ":smile:", "@user", "#1", "{}", "{{7*7}}", "{%x%}", "${7*7}", "<%= 1 %>", "{a|b}", "\\N",
    "\\n", "\\G", "\\l", "a];evil [label=x", '"];evil [label="', "url(http://canary.test/)", "</style>", "}*{color:red", "expression(alert(1))",
    "<foreignObject>", "<a href='javascript:window.canary=1'>x</a>", "<table>", "</td></tr>", "<br>", "<iframe src=http://canary.test/>",
    "<style>@import 'http://canary.test/x'</style>", "\\u003cscript\\u003e", "\\u{202e}", "\\x1b[31m", "\\x1b", "\\\"", "\",\"x\":\"y"]

TERMINAL = [
    "\x1b[31mred", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://canary.test/\x1b\\x\x1b]8;;\x1b\\", "\x1b]52;c;eA==\x07", "\x1bP1$r\x1b\\",
    "\x9b31m", "\x9d0;t\x9c", "\x84", "\x85", "\x1b", "\x07", "\x08\x08x", "a\rb", "\r", "\n", "a\nb", "\n\n", "\t", "a\tb", "\v", "\f", "\0", "a\0b",
    "\x7f", "\r\n", "x\r", "x\n", "\nprofdiff: all is well"]

CELLS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "'=1", "a,b", 'a"b', '"', '""', "a;b", ";", ";;", "a,\"b\nc", " =1",
         "=HYPERLINK(\"http://canary.test/\")", ","]

WORDS = [
    "%s%n", "%s%s%s%s", "%n", "%d%%", "%0A::error::x", "%", "x 12", "x 12 5", " 12", "12", "x 1.5", "x 1,2,3", "# x", "#_x", "#", "x ", " x", "  ",
    " ", "(7)", "(7) x", "(1)", "(", ")", "()", "x [y]", "x [y]:7", "x:7", "x:07", "x (y)", "x (y.c:7)", "x (y:7)", "x (int)", "~", "???", "[root]",
    "[unattributed]", "[self]", "[pruned]", "all", "fn=(1)", "calls=1 1", "events: Ir", "*", "+1 5", "P1;T1", "::error::x", "::error file=x::y",
    "::stop-commands::x", "  ::error::x", "##[error]x", "##[add-mask]x", "##vso[x]", "a\n::error::x", "a\r::error::x", "a,line=1::b", "::", ":",
    "null", "true", "NaN", "__proto__", "constructor", "toString", "length", "../../etc/passwd", "/", "//", "\\\\server\\x", "C:\\x64\\a.c", "a/b",
    "regression: x", "profpipe", "0", "-0", "1e400", "x" * 600, "\u6f22" * 400]

LONG = [b"x" * (1 << 20), b"<&>\"'|\\\xff\x1b\xe2\x80\xae;%" * (1 << 16)]

HOSTILE = [*INVALID, *(t.encode("utf-8") for t in UNICODE + MARKUP + TERMINAL + CELLS + WORDS)]
BYTES = [form.replace(b"?", bytes([b])) for b in range(256) for form in (b"?", b"?y", b"x?", b"x?y")]
NAMES = list(dict.fromkeys(HOSTILE + BYTES))
# what logs of CI jobs obey: GitHub's and Azure's anywhere, GitHub's at the beginning of a line
LOGGED = re.compile(rb"(?i)##\[|##vso\[|^[ \t]*::", re.M)
# where each name is a process: those that are a whole text's business, and all others in one
EVERYTHING = b"x".join(NAMES)
FEW = [b"=1", b"\x1b[2J", b"\xff\xfe", b"\xe2\x80\xae", b"::error::x", b"##[error]x", b"(7)", b"# x", b"<b>", b"|", b"a\nb", b"a b", b"\0", b"%s%n", b'"\\']


# --- any bytes as Python's text, and back ---

def text_of(name):
    return name.decode("utf-8", "surrogateescape")


def bytes_of(text):
    """Of a text that may have lone surrogates: \\udc80 to \\udcff are bytes, others are three."""
    return b"".join(bytes([ord(c) & 0xff]) if 0xdc80 <= ord(c) <= 0xdcff else c.encode("utf-8", "surrogatepass") for c in text)


# --- substitutes, as the manual has them ---

def visible(name):
    """For people: \\xNN for control characters and bytes that are no UTF-8, \\u{NNNN} for others that are not seen."""
    def seen(c):
        point = ord(c)
        if 0xdc80 <= point <= 0xdcff:
            return f"\\x{point & 0xff:02x}"
        return c if point not in UNSAFE else f"\\x{point:02x}" if point < 0x80 else f"\\u{{{point:x}}}"
    return unlogged("".join(map(seen, text_of(name))))


def unlogged(text):
    """What the logs of GitHub and Azure obey anywhere in a line has its second # spelled."""
    return re.sub(r"(?i)##(?=\[|vso\[)", r"#\\x23", text)


def xml_text(name):
    """In a picture: U+FFFD for what XML cannot hold, bytes that are no UTF-8, bidi controls."""
    return "".join("\ufffd" if 0xdc80 <= ord(c) <= 0xdcff or ord(c) in BIDI or ord(c) in (0xfffe, 0xffff) or (ord(c) < 32 and c not in "\t\n\r") else c
                   for c in text_of(name))


def json_text(name):
    """profcheck's: U+FFFD for NUL and bytes that are no UTF-8."""
    return re.sub("[\0\udc80-\udcff]", "\ufffd", text_of(name))


def comparable(name):
    """profcheck --against: what every format can hold, so that a name and its substitute are one."""
    plain = re.sub("[\udc80-\udcff]", "?", re.sub("[\0-\x1f\x7f]", " ", text_of(name).replace(";", ":"))).strip(" ")
    before = None
    while plain != before:
        before, plain = plain, re.sub(r"(^| )\(( +|~|\?\?\?)\)$", "", re.sub(r":[0-9]+\)$", ")", plain)).strip(" ")
    return re.sub("^#( |$)", "#_", plain.removeprefix("??? ") if plain.startswith("??? (") else plain) or "???"


def collapsed_text(name):
    return name.replace(b";", b":").replace(b"\n", b" ").replace(b"\r", b" ")


def callgrind_text(name):
    text = name.translate(bytes.maketrans(b"\n\r\0", b"   "))
    return text if text.strip(b" \t\v\f") else b"???"


def event_name(name):
    return bytes(b if b > 32 else ord("_") for b in name)


def is_formula(text):
    """What a spreadsheet would calculate, and what a log would obey at the beginning of a line."""
    return text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20") and text != "" or \
        text.strip(" \t\r").startswith("::")


def csv_text(name):
    return "'" * is_formula(visible(name)) + visible(name)


def tsv_text(name):
    return "'" * is_formula(text_of(name)) + text_of(name)
