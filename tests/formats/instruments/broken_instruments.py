"""Broken reports and tables that no text editor can write, and a whole table with every kind of element."""
from broken_files import PSTAT, packed

WHOLE = b"""<?xml version="1.0"?>
<trace-query-result><node xpath='//x'><schema name="time-profile"/>
<row><sample-time id="1" fmt="00:00.5">500</sample-time><thread id="2" fmt="Main &#x5b;1&#x5d; 0x1a2b (load, pid: 1234)"><tid id="3">6699</tid>\
<process id="4"><pid id="5">1234</pid></process></thread><weight id="6">1000</weight><backtrace id="7"><frame id="8" name="a&lt;b&gt;" addr="0x5">\
<binary id="9" name="load" path="/load"/><source line="14"><path id="10">/a.cc</path></source></frame><frame id="11" name="0x7" addr="0x7"/></backtrace></row>
<row><sample-time id="12">600</sample-time><thread ref="2"/><weight ref="6"/><tagged-backtrace id="13"><backtrace ref="7"/></tagged-backtrace></row>
<row><thread ref="2"/><sentinel/></row></node></trace-query-result>
"""

TEXT = b"""Analysis of sampling load (pid 1234) every 1 millisecond
Call graph:
    26 Thread_12345
    + 26 start  (in dyld) + 2544  [0x18d3df0f0]
    +   20 main  (in load) + 32  [0x102af5fa0]  load.cc:42

Total number in stack (recursive counted multiple, when >=5):
"""


def row(content):
    return b"<trace-query-result><node>\n<row>" + content + b"</row>\n</node></trace-query-result>\n"


FILES = {
    "gzip-cut": packed(WHOLE)[:60],
    "nul": WHOLE.replace(b"14", b"\0"),
    "pstat": PSTAT,
    "utf-16-odd": b"\xff\xfe" + TEXT.decode().encode("utf-16-le") + b" ",
    "xml-cut-in-a-row": WHOLE[:WHOLE.index(b"<tagged")],
    "xml-other-root": WHOLE.replace(b"trace-query-result", b"trace-toc").replace(b"'//x'", b"'&lt;trace-query-result'").replace(b"<row>", b"<!--<trace-query-result-->\n<row>", 1),
    "xml-entity": b"<!DOCTYPE a [<!ENTITY b 'c'>]>\n" + WHOLE[22:],
    "xml-end-of-another": WHOLE.replace(b"</backtrace></row>", b"</row></backtrace>"),
    "xml-unknown-reference": row(b'<weight ref="2"/>'),
    "xml-reference-to-another-kind": row(b'<thread id="2"/><weight ref="2"/>'),
    "xml-id-again": row(b'<thread id="2"/><weight id="2">5</weight>'),
    "xml-id-of-letters": row(b'<thread id="two"/>'),
    "xml-id-0": row(b'<thread id="0"/>'),
    "xml-weight-of-letters": row(b'<weight id="1">5 ms</weight>'),
    "xml-time-beyond-64-bits": row(b'<sample-time id="1">9223372036854775808</sample-time>'),
    "xml-sum-beyond-64-bits": row(b'<weight id="1">9223372036854775807</weight><backtrace id="2"/>' b"</row><row>" b'<weight ref="1"/><backtrace ref="2"/>'),
    "text-control-bytes": TEXT.replace(b"    +   20", b"    \x1b[31m20"),
    "text-cut-in-a-line": TEXT[:TEXT.index(b"main") + 2],
    "text-cut-behind-a-line": TEXT[:TEXT.index(b"\n\nTotal") + 1],
    "text-no-call-graph": TEXT[:TEXT.index(b"Call")],
    "text-level-left-out": TEXT.replace(b"    +   20", b"    +     20"),
    "text-half-a-level": TEXT.replace(b"    +   20", b"    +  20"),
    "text-no-number": TEXT.replace(b"20 main", b"main"),
    "text-more-than-its-caller": TEXT.replace(b"20 main", b"27 main"),
    "text-number-beyond-64-bits": TEXT.replace(b"26 Thread", b"9223372036854775808 Thread"),
    "text-sum-beyond-64-bits": TEXT.replace(b"26 ", b"9223372036854775807 ").replace(b"20 ", b"5 ") * 2,
}
