# What the published Redis image is to the compose file, for the test.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 927 -g 927 /data
WORKDIR /data
USER 927:927
CMD ["/usr/bin/redis-server"]
