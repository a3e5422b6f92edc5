"""Two puzzles solved by trying: queens on a board, and a sudoku; each search calls itself."""

SUDOKU = """\
53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79""".split()


def queens(size, row=0, columns=(), found=None):
    found = [] if found is None else found
    if row == size:
        found.append(columns)
        return found
    for column in range(size):
        if not attacked(columns, row, column):
            queens(size, row + 1, columns + (column,), found)
    return found


def attacked(columns, row, column):
    return any(column == other or row - above == abs(column - other) for above, other in enumerate(columns))


class Sudoku:
    def __init__(self, lines):
        self.cells = [[int(c) if c != "." else 0 for c in line] for line in lines]
        self.tried = 0

    def row(self, r):
        return set(self.cells[r])

    def column(self, c):
        return {line[c] for line in self.cells}

    def box(self, r, c):
        top, left = r // 3 * 3, c // 3 * 3
        return {self.cells[i][j] for i in range(top, top + 3) for j in range(left, left + 3)}

    def choices(self, r, c):
        return set(range(1, 10)) - self.row(r) - self.column(c) - self.box(r, c)

    def emptiest(self):
        """The free cell with the fewest choices."""
        free = [(r, c) for r in range(9) for c in range(9) if not self.cells[r][c]]
        return min(free, key=lambda cell: len(self.choices(*cell)), default=None)

    def solve(self):
        cell = self.emptiest()
        if cell is None:
            return True
        r, c = cell
        for digit in sorted(self.choices(r, c)):
            self.tried += 1
            self.cells[r][c] = digit
            if self.solve():
                return True
        self.cells[r][c] = 0
        return False


def main():
    print(len(queens(6)))
    sudoku = Sudoku(SUDOKU)
    print(sudoku.solve(), sudoku.tried, "".join(map(str, sudoku.cells[0])))


main()
