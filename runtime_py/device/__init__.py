"""Results of a real phone: what an app computed on the golden images, checked by the same gate.

report      `device-report.json`, read and written
images      the golden images as PNG files, for the app to compute on; this machine as a device
check       report in, report of the gate out
"""
