# The Cloud API simulator: Python and one package.
FROM python:3.12-slim
WORKDIR /app
COPY simulator/requirements.txt ./requirements.txt
RUN pip install --no-cache-dir -r requirements.txt && rm requirements.txt
COPY simulator ./simulator
USER nobody
EXPOSE 8899
ENTRYPOINT ["python", "-m", "simulator"]
CMD ["--host", "0.0.0.0", "--port", "8899", "--seed", "demo"]
