"""Tuning: spaces to search, searches that survive, the range of learning rates."""

from skpnn.tuning._bayes import BayesSearchCV
from skpnn.tuning._fit_search import fit_search
from skpnn.tuning._learning_rate_range import learning_rate_range_test
from skpnn.tuning._search_space import search_space
from skpnn.tuning._zoom import zoom

__all__ = ["BayesSearchCV", "fit_search", "learning_rate_range_test", "search_space", "zoom"]
