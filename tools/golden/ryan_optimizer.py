"""Ryan-Optimizer as its sources write it down, in f64: singular values instead of products of matrices, a buffer for each
purpose, and weights that are moved ahead before a gradient is taken rather than after it. optimizers.py runs it.
"""

import torch

POLAR_EXPRESS = [  # arXiv 2505.16932, algorithm 1
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
]
POLAR_EXPRESS = [(a / 1.01, b / 1.01**3, c / 1.01**5) for a, b, c in POLAR_EXPRESS]


def orthogonal(matrix, polynomials):
    u, values, v = torch.linalg.svd(matrix, full_matrices=False)
    values = values / torch.linalg.vector_norm(values)
    for a, b, c in polynomials:
        values = a * values + b * values**3 + c * values**5
    return u @ torch.diag(values) @ v


def normalized_rows(matrix):
    rows, columns = matrix.shape
    aim = (columns / max(rows, columns)) ** 0.5
    return torch.stack([aim * row / torch.linalg.vector_norm(row) for row in matrix])


class RyanOptimizer(torch.optim.Optimizer):
    """Parameters from `adam_from` on are AdamW's. `turns` are lists of places that take turns."""

    def __init__(
        self,
        parameters,
        adam_from,
        iterations,
        polynomials=POLAR_EXPRESS,
        turns=(),
        look_ahead=None,
        tail=None,
        weight_decay=0.1,
        cautious=True,
    ):
        super().__init__(parameters, {"lr": 0.0})
        self.all = list(parameters)
        self.matrices = self.all[:adam_from]
        others = self.all[adam_from:]
        self.adam = torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=weight_decay) if others else None
        self.iterations, self.polynomials, self.turns = iterations, polynomials, turns
        self.look_ahead, self.tail, self.weight_decay, self.cautious = look_ahead, tail, weight_decay, cautious
        self.taken = 0
        self.peak = 0.0
        self.ahead = 0.0
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.squares = [torch.zeros(p.shape[0], dtype=p.dtype) for p in self.matrices]
        self.base = [p.detach().clone() for p in self.matrices]  # without what they are ahead by
        self.steps = [torch.zeros_like(p) for p in self.matrices]
        self.average = None

    def direction(self, i, momentum):
        turn = next((t for t in self.turns if i in t), [i])
        if self.iterations[i] == 0 or turn[self.taken % len(turn)] != i:
            return normalized_rows(momentum)
        return orthogonal(momentum, self.polynomials[: self.iterations[i]])

    @torch.no_grad()
    def step(self):
        rate = self.param_groups[0]["lr"]
        self.peak = max(self.peak, rate)
        early = self.look_ahead is not None and self.taken < self.look_ahead["to"]
        for i, p in enumerate(self.matrices):
            # Muon's momentum with Nesterov's look-ahead.
            self.momentum[i] = 0.95 * self.momentum[i] + 0.05 * p.grad
            update = self.direction(i, 0.95 * self.momentum[i] + 0.05 * p.grad)
            # NorMuon, algorithm 1: row second moment, then one root mean square for the whole.
            self.squares[i] = 0.95 * self.squares[i] + 0.05 * (update**2).mean(dim=1)
            update = update / (self.squares[i].sqrt()[:, None] + 1e-10)
            rows, columns = update.shape
            update = 0.2 * (rows * columns) ** 0.5 * update / torch.linalg.matrix_norm(update)
            # Cautious weight decay, algorithm 1.
            mask = (update * p >= 0).to(p.dtype) if self.cautious else torch.ones_like(p)
            new = p - rate * (update + self.weight_decay * mask * p)
            # EMA-Nesterov: the average of the steps between points that nothing was added to.
            if early:
                keep = self.look_ahead["keep"]
                self.steps[i] = keep * self.steps[i] + (1 - keep) * (new - self.base[i])
            self.base[i] = new
        if self.tail is not None and self.taken == self.tail["from"]:
            self.average = [w.clone() for w in self.base]
        elif self.average is not None:
            keep = self.tail["keep"]
            self.average = [keep * a + (1 - keep) * w for a, w in zip(self.average, self.base)]
        self.ahead = 0.0
        if early and self.taken >= self.look_ahead["from"]:
            self.ahead = self.look_ahead["strength"] * rate / self.peak
        for p, base, steps in zip(self.matrices, self.base, self.steps):
            p.copy_(base + self.ahead * steps)  # where the next gradient is taken
        if self.adam is not None:
            self.adam.param_groups[0]["lr"] = rate
            self.adam.step()
        self.taken += 1

    def averaged(self):
        if self.average is None:
            return [p.detach() for p in self.all]
        blend = self.tail["blend"]
        matrices = [(1 - blend) * w.detach() + blend * a for w, a in zip(self.matrices, self.average)]
        return matrices + [p.detach() for p in self.all[len(matrices) :]]
