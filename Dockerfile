# Callplane alone; FreeSWITCH is a container of its own (docker-compose.yml).
FROM node:20-slim AS build
WORKDIR /app
# The dependencies first, so that a change of the sources alone does not fetch them again.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts && npm rebuild better-sqlite3
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080
# openssl for the certificate that browsers are shown (freeswitch-conf/certificate.sh); the others speak and read sounds for voice applications.
RUN apt-get update && apt-get install -y --no-install-recommends openssl espeak-ng sox libsox-fmt-mp3 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
RUN mkdir -p data snapshot /var/lib/freeswitch/speech && chown node:node data snapshot /var/lib/freeswitch/speech
USER node
VOLUME /app/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
