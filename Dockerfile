# Two stages: packages are brought in with hashes, the image that runs has no installer's cache.
FROM python:3.13-slim-bookworm AS packages
WORKDIR /build
COPY requirements-installer.txt requirements.txt requirements-s3.txt ./
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements-installer.txt \
    && python -m venv /opt/venv \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python \
        --require-hashes --requirement requirements.txt \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --no-deps \
        --require-hashes --requirement requirements-s3.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data
RUN groupadd --gid 10001 zohodocs \
    && useradd --uid 10001 --gid zohodocs --no-create-home --shell /usr/sbin/nologin zohodocs \
    && install --directory --owner=zohodocs --group=zohodocs --mode=0700 /data /backups
COPY --from=packages /opt/venv /opt/venv
COPY . /app
WORKDIR /app
USER 10001:10001
# The root file system may be read-only: what is written goes to /data, /backups and /tmp.
VOLUME ["/data", "/backups"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-m", "zohodocs.operations.probe"]
CMD ["python", "manage.py", "run", "--only", "web"]
