// GET /first?name=Ada: a greeting, and the version that gave it, so that a traffic shift can be watched from outside.

const NAME = /^[\p{L}\p{N} .'-]{1,64}$/u;

export const handler = async (event, { functionVersion }) => {
  const name = event.queryStringParameters?.name ?? "world";
  if (!NAME.test(name)) {
    return answer(400, { error: "name holds letters, digits, spaces and . ' - only, 64 at most" });
  }
  return answer(200, { greeting: `Hello, ${name}!`, version: functionVersion });
};

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});
