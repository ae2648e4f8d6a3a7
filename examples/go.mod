module github.com/mwcheck/mwcheck/examples

go 1.26.0

replace github.com/mwcheck/mwcheck => ../

require (
	github.com/alexedwards/scs/v2 v2.9.0
	github.com/justinas/nosurf v1.2.0
	github.com/mwcheck/mwcheck v0.0.0-00010101000000-000000000000
	github.com/rs/cors v1.11.1
	github.com/stretchr/testify v1.12.1
	github.com/unrolled/secure v1.17.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
