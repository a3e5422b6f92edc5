"""Games played out: minimax with a table, alpha-beta on another game, and random playouts."""
import functools
import random

LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def winner(board):
    return next((board[a] for a, b, c in LINES if board[a] != "." and board[a] == board[b] == board[c]), None)


def moves(board):
    return [n for n, cell in enumerate(board) if cell == "."]


def play(board, n, side):
    return board[:n] + side + board[n + 1:]


def other(side):
    return "o" if side == "x" else "x"


def canonical(board):
    """One of the eight boards that are the same."""
    boards = []
    for _ in range(4):
        board = "".join(board[n] for n in (6, 3, 0, 7, 4, 1, 8, 5, 2))
        boards += [board, board[2::-1] + board[5:2:-1] + board[:5:-1]]
    return min(boards)


def minimax(board, side, known):
    key = canonical(board), side
    if key not in known:
        won = winner(board)
        if won or not moves(board):
            known[key] = {"x": 1, "o": -1}.get(won, 0)
        else:
            pick = max if side == "x" else min
            known[key] = pick(minimax(play(board, n, side), other(side), known) for n in moves(board))
    return known[key]


class Nim:
    def __init__(self, *heaps):
        self.heaps = tuple(sorted(heaps))

    def after(self):
        for n, heap in enumerate(self.heaps):
            for left in range(heap):
                yield Nim(*self.heaps[:n], left, *self.heaps[n + 1:])

    def score(self):
        return functools.reduce(lambda a, b: a ^ b, self.heaps)


def alpha_beta(game, depth, low, high):
    if depth == 0 or not any(game.heaps):
        return -1 if not game.score() else 1
    for next_game in game.after():
        low = max(low, -alpha_beta(next_game, depth - 1, -high, -low))
        if low >= high:
            break
    return low


def playout(rng, board, side):
    while not winner(board) and moves(board):
        board, side = play(board, rng.choice(moves(board)), side), other(side)
    return winner(board)


def main():
    rng = random.Random(2)
    print(minimax("x...o....", "x", {}), alpha_beta(Nim(1, 3, 4), 5, -1, 1))
    print(sum(playout(rng, "." * 9, "x") == "x" for _ in range(60)))


main()
