"""Reads the callgrind files of pyprof2calltree and ours: one event, one part, no objects."""
import re


class Graph:
    """Functions are (file, name, line): their own, without what was added to make them unique."""

    def __init__(self, path):
        self.own, self.calls, self.inside, self.summary = {}, {}, {}, None
        names = {"f": {}, "n": {}}
        first, arcs, function, callee, calls, last = {}, [], None, None, None, 0

        def name(space, text):
            number, _, spelled = text.partition(" ") if re.match(r"\(\d+\)", text) else (None, None, text)
            if number and spelled:
                names[space][number] = spelled
            return spelled or names[space][number]

        def position(text):
            nonlocal last
            if text == "*":
                return last
            last = last + int(text) if text[0] in "+-" else int(text)
            return last

        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")
        source = target_source = None
        for line in lines:
            key, sign, value = line.partition("=")
            if sign and key == "fl":
                source = target_source = name("f", value)
            elif sign and key == "fn":
                function = (source, name("n", value))
                self.own.setdefault(function, 0)
            elif sign and key in ("cfi", "cfl"):
                target_source = name("f", value)
            elif sign and key == "cfn":
                callee, target_source = (target_source, name("n", value)), source
            elif sign and key == "calls":
                count, *where = value.split()
                mark = last
                if where:
                    first.setdefault(callee, position(*where))
                last = mark  # a call's target does not move the position
                calls = int(count)
            elif line.startswith("summary: "):
                self.summary = int(line.split()[1])
            elif re.match(r"[-+*\d]", line):
                where, *cost = line.split()
                where, cost = position(where), int(*cost)  # no number is a zero
                first.setdefault(function, where)
                if calls is None:
                    self.own[function] = self.own.get(function, 0) + cost
                else:
                    arcs.append((function, callee, calls, cost))
                    calls = None

        def whole(function):
            source, text = function
            added = re.fullmatch(r"(.*?)(?: \[.*\])?:(\d+)", text, re.S)
            line = first.get(function, 0)
            return (source, added[1] if added and int(added[2]) == line else text, line)

        self.own = {whole(f): cost for f, cost in self.own.items()}
        for caller, callee, count, cost in arcs:
            arc = whole(caller), whole(callee)
            self.calls[arc] = self.calls.get(arc, 0) + count
            self.inside[arc] = self.inside.get(arc, 0) + cost

    def leave_out(self, function):
        self.own.pop(function, None)
        self.calls = {arc: n for arc, n in self.calls.items() if function not in arc}
        self.inside = {arc: cost for arc, cost in self.inside.items() if function not in arc}

    def inclusive(self):
        """As KCachegrind has it: what the callers say, else own cost and callees."""
        from_callers, to_callees = {}, {}
        for (caller, callee), cost in self.inside.items():
            if caller != callee:
                from_callers[callee] = from_callers.get(callee, 0) + cost
                to_callees[caller] = to_callees.get(caller, 0) + cost
        return {f: from_callers.get(f, own + to_callees.get(f, 0)) for f, own in self.own.items()}
