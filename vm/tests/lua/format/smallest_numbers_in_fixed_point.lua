-- %f of numbers far below its last digit.
print(("%f %.0f %.1f %.20f"):format(5e-324, 5e-324, 5e-324, 5e-324))
print(("%f %.50f"):format(2.2250738585072014e-308, -5e-324))
