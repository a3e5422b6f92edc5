"""Numbers without packages: FFT that halves itself, matrices, Newton's method, Simpson's rule that refines itself."""
import cmath
import math
import random


def fft(values, sign=-1):
    if len(values) == 1:
        return values
    even, odd = fft(values[::2], sign), fft(values[1::2], sign)
    turns = [cmath.exp(sign * 2j * math.pi * k / len(values)) * odd[k] for k in range(len(odd))]
    return [e + t for e, t in zip(even, turns)] + [e - t for e, t in zip(even, turns)]


def inverse(values):
    return [value.real / len(values) for value in fft(values, 1)]


def convolve(left, right):
    size = 1 << (len(left) + len(right) - 1).bit_length()
    a, b = (fft(list(values) + [0] * (size - len(values))) for values in (left, right))
    return inverse([x * y for x, y in zip(a, b)])[:len(left) + len(right) - 1]


def multiply(a, b):
    columns = list(zip(*b))
    return [[dot(row, column) for column in columns] for row in a]


def dot(u, v):
    return sum(x * y for x, y in zip(u, v))


def power(matrix, n):
    if n == 1:
        return matrix
    half = power(matrix, n // 2)
    whole = multiply(half, half)
    return multiply(whole, matrix) if n % 2 else whole


def simpson(f, a, b):
    return (b - a) / 6 * (f(a) + 4 * f((a + b) / 2) + f(b))


def integrate(f, a, b, error=1e-6):
    middle = (a + b) / 2
    whole, parts = simpson(f, a, b), simpson(f, a, middle) + simpson(f, middle, b)
    if abs(whole - parts) < error:
        return parts
    return integrate(f, a, middle, error / 2) + integrate(f, middle, b, error / 2)


def root(f, x):
    for _ in range(50):
        slope = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
        step = f(x) / slope
        x -= step
        if abs(step) < 1e-12:
            break
    return x


def wave(x):
    return math.sin(x * x) + math.exp(-x) - 0.3


def main():
    rng = random.Random(1)
    signal = [rng.gauss(0, 1) for _ in range(256)]
    smooth = convolve(signal, [math.exp(-(n - 8) ** 2 / 9) for n in range(17)])
    print(f"{dot(smooth, smooth):.3f}", f"{integrate(wave, 0, 6):.6f}", f"{root(wave, 2.0):.9f}")
    step = [[rng.random() / 9 for _ in range(9)] for _ in range(9)]
    print(f"{sum(map(sum, power(step, 45))):.3e}")


main()
