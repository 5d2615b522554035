"""8 bits: a float checkpoint becomes one that survives them, with ranges that exporters obey.

calibration_set   which train photographs, stratified over the groups of split.csv
calibrate         ranges of every operation, and what stays in float
channels          constant ones, and no numbers
equalize          channels of neighbours alike     correct_bias   the mean that rounding moved
fake_quantize     the int8 net, simulated
tune              learn with 8 bits simulated      stage      all of it, in order
"""
