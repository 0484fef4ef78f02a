# Both images can be replaced, for a mirror or for a build without a network (then with --pull-never).
ARG BUILDER=docker.io/library/rust:1.95-bookworm
ARG RUNTIME=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILDER} AS builder
WORKDIR /build
COPY . .
RUN cargo build --locked --profile dist --bin schema-health

# Needs only glibc, libgcc and the CA certificates; no shell.
FROM ${RUNTIME}
COPY --from=builder /build/target/dist/schema-health /schema-health
# A number, so that Kubernetes can prove runAsNonRoot.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/schema-health"]
CMD ["serve", "--config", "/etc/schema-health/schema-health.yaml"]
