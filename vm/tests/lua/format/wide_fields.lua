-- Widths up to 99 pad strings and numbers.
print(#("%99d"):format(1), #("%-99s"):format("x"), #("%99.99f"):format(1))
print(("%20.10f|"):format(math.pi), ("%-20.10f|"):format(math.pi), ("%020.10f|"):format(-math.pi))
print(("%20s|%-20s|"):format("right", "left"), ("%020d|"):format(-5), ("%+20d|"):format(5))
print(("%#20x|%-#20x|%#020x|"):format(255, 255, 255), ("%20e|"):format(1.5))
