module golang

go 1.27
