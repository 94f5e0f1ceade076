"""The features of a tt̄ pair, lepton + jets, as HEPMASS has them and in its order."""

from itertools import product

_OF_JETS = [f"jet{k}_{one}" for k, one in product((1, 2, 3, 4), ("pt", "eta", "phi", "btag"))]

FEATURES = [
    *["lepton_pt", "lepton_eta", "lepton_phi", "met", "met_phi", "n_jets"],
    *_OF_JETS,
    *["m_jj", "m_jjj", "m_lv", "m_jlv", "m_wwbb"],
]
