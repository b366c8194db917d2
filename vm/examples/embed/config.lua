-- Where the server listens, what it hands out, and to whom.

address = "127.0.0.1"
port = 6767

pool = { first = "10.0.0.10", last = "10.0.15.250" }

-- The first three bytes of the hardware addresses that get a lease: the makers we trust.
allowed = { "02:00:5e", "b8:27:eb", "dc:a6:32" }
