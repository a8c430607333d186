# One image for all subcommands of `higress`. The gateway itself is a stock Envoy image beside it, which gets its native module from this one.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Behind a proxy with a CA of its own: docker build --secret id=extra-ca,src=FILE.pem
RUN --mount=type=secret,id=extra-ca \
    if [ -f /run/secrets/extra-ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/extra-ca; fi; \
    npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
# Nothing at run time reads these; they are two thirds of the size. Prebuilds are native code for another runtime than Node.
RUN find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' -o -name 'cdn*.js' \) -delete \
    && rm -rf node_modules/bare-*/prebuilds node_modules/*/test node_modules/*/tests

# What gateways load to run plugins inside Envoy. Its compiler comes as a Python wheel, and needs the network only for that.
FROM node:24-bookworm-slim AS native
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
COPY package.json ./
COPY hack/build-native.mjs ./hack/
COPY src/app/envoy ./src/app/envoy
RUN --mount=type=secret,id=extra-ca \
    if [ -f /run/secrets/extra-ca ]; then export PIP_CERT=/run/secrets/extra-ca; fi; \
    node hack/build-native.mjs --compiler
COPY src ./src
RUN node hack/build-native.mjs native

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY --from=native /app/native ./native
COPY src ./src
COPY samples ./samples
# What Node makes of the code once, by user and Node version: a start takes half of the CPU time, and 20 MiB less for reading TypeScript.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN mkdir .compiled && chown 65532:65532 .compiled
USER 65532:65532
RUN --mount=type=bind,source=hack/compile.mjs,target=/app/hack/compile.mjs \
    node hack/compile.mjs && node src/cli/main.ts --version
# No init: the process handles SIGTERM and SIGINT itself and starts no others in a cluster.
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["--help"]
