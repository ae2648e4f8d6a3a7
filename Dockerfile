# syntax=docker/dockerfile:1
# The image holds the program, and nothing else: no shell, no libraries, no
# user database. It reads the project that is mounted at /src.
#
#   docker build --build-arg VERSION=v0.1.0 -t ghcr.io/mwcheck/mwcheck:0.1.0 .
#   docker run --rm -v "$PWD:/src:ro" ghcr.io/mwcheck/mwcheck:0.1.0 lint
FROM --platform=$BUILDPLATFORM golang:1.26-alpine AS build
WORKDIR /build
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/mwcheck/mwcheck/internal/cli.release=$VERSION" -o /mwcheck ./cmd/mwcheck

FROM scratch
COPY --from=build /mwcheck /mwcheck
COPY LICENSE /LICENSE
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/mwcheck"]
CMD ["lint"]
