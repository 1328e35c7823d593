# Token Inventory in a container: one program, the certificates of public authorities, and nothing else.
#
#   docker build --tag token-inventory .
#
# It runs as nobody in particular and writes to /data alone, so the rest may be read-only:
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
    && mkdir /given /data \
    && cp target/dist/token-inventory-*-linux-static /given/token-inventory \
    && cp target/dist/THIRD-PARTY-LICENCES.txt target/dist/token-inventory.cdx.json /given/

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /given/ /
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
