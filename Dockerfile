# One image for all subcommands of `higress`. The gateway itself is a stock Envoy image beside it.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
COPY samples ./samples
USER 65532:65532
ENTRYPOINT ["node", "src/cli/main.ts"]
CMD ["--help"]
