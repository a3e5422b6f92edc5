module example.org/hotspot

go 1.21
