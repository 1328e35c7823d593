# Token Inventory in a container: the program, the certificates of public authorities, and the licences.
#
#   docker build --tag token-inventory .
#
# It runs as user 65532 and writes only to /data, so the rest can be read-only:
#
#   docker run --read-only --cap-drop ALL --volume token-inventory:/data --publish 127.0.0.1:3000:3000 \
#     --env-file token-inventory.env token-inventory
#
# packaging/compose.yaml adds PostgreSQL and a proxy with TLS; packaging/README.md explains both.

FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binaryen musl-tools \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock clippy.toml rust-toolchain.toml LICENSE-APACHE LICENSE-MIT ./
COPY app app
COPY server server
COPY xtask xtask
COPY style style
COPY public public
RUN cargo xtask dist static \
    && mkdir /image /data \
    && cp target/dist/token-inventory-*-linux-static /image/token-inventory \
    && cp target/dist/THIRD-PARTY-LICENCES.txt target/dist/token-inventory.cdx.json /image/

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /image/ /
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV LISTEN_ADDR=0.0.0.0:3000
ENV DATABASE_URL=sqlite:/data/token-inventory.db
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["/token-inventory", "healthcheck"]
ENTRYPOINT ["/token-inventory"]
CMD ["serve"]
