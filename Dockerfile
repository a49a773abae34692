# preflight in a container: docker run --rm -v "$PWD:/photos" preflight fix photo.heic
FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY preflight ./preflight
RUN pip install --no-cache-dir --prefix=/installed .

FROM python:3.13-slim-bookworm
COPY --from=build /installed /usr/local
RUN useradd --create-home --uid 1000 photos
USER 1000
WORKDIR /photos
ENTRYPOINT ["preflight"]
CMD ["help"]
