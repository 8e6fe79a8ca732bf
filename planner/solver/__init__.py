"""Solving: the programme in PuLP, the solvers on its arrays, and answers that are measured, not believed."""
