"""Exact linear algebra: fractions.Fraction in Gauss's elimination, determinants by minors, continued fractions."""
from fractions import Fraction


class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]

    @classmethod
    def hilbert(cls, n):
        return cls([Fraction(1, i + j + 1) for j in range(n)] for i in range(n))

    def __matmul__(self, other):
        return Matrix([sum((a * b for a, b in zip(row, column)), Fraction()) for column in zip(*other.rows)] for row in self.rows)

    def minor(self, column):
        return Matrix(row[:column] + row[column + 1:] for row in self.rows[1:])

    def determinant(self):
        if len(self.rows) == 1:
            return self.rows[0][0]
        return sum((-1) ** column * value * self.minor(column).determinant() for column, value in enumerate(self.rows[0]))

    def inverse(self):
        n = len(self.rows)
        work = [row + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(self.rows)]
        for step in range(n):
            pivot = max(range(step, n), key=lambda i: abs(work[i][step]))
            work[step], work[pivot] = work[pivot], work[step]
            work[step] = scaled(work[step], 1 / work[step][step])
            for i in range(n):
                if i != step:
                    work[i] = less(work[i], scaled(work[step], work[i][step]))
        return Matrix(row[n:] for row in work)

    def is_identity(self):
        return all(value == (i == j) for i, row in enumerate(self.rows) for j, value in enumerate(row))


def scaled(row, factor):
    return [value * factor for value in row]


def less(row, other):
    return [a - b for a, b in zip(row, other)]


def continued(value, terms):
    whole = value.numerator // value.denominator
    rest = value - whole
    return [whole] if not rest or terms == 1 else [whole] + continued(1 / rest, terms - 1)


def restored(terms):
    return Fraction(terms[0]) if len(terms) == 1 else terms[0] + 1 / restored(terms[1:])


def main():
    matrix = Matrix.hilbert(6)
    print((matrix @ matrix.inverse()).is_identity(), Matrix.hilbert(5).determinant())
    terms = continued(Fraction("3.14159265358979"), 20)
    print(terms[:5], float(restored(terms)), round(Fraction(22, 7), 3))


main()
