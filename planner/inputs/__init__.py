"""The scenario as arrays, by period, slice, workload, region and site."""
