"""A province with known truth, for rehearsals, tests and benchmarks. No name, date or figure in it is a real person's."""

from denombrement.synthetic.generate import generate
from denombrement.synthetic.parameters import Parameters, default_parameters, parse_parameters
from denombrement.synthetic.province import Province

__all__ = ["Parameters", "Province", "default_parameters", "generate", "parse_parameters"]
