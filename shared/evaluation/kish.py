"""How many samples of equal weight weighted ones are worth."""


def kish_number(total: float, squares: float) -> float:
    """(Σ w)²/Σ w² of the sum of the weights and that of their squares (Kish 1965); 0 without weight."""
    return float(total) ** 2 / float(squares) if squares else 0.0
