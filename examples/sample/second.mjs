// POST /second with a JSON list of numbers: their count, mean and extremes, and the version that worked them out.

const MOST = 10_000;

export const handler = async (event, { functionVersion }) => {
  const numbers = parse(event);
  if (numbers === undefined) {
    return answer(400, { error: `the body is a JSON list of 1 to ${MOST} finite numbers` });
  }
  return answer(200, { ...summary(numbers), version: functionVersion });
};

const parse = ({ body, isBase64Encoded }) => {
  try {
    const list = JSON.parse(isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body);
    const fits = Array.isArray(list) && list.length >= 1 && list.length <= MOST && list.every(Number.isFinite);
    return fits ? list : undefined;
  } catch {
    return undefined; // not JSON: the caller's mistake, answered with 400
  }
};

// The mean is taken step by step: a sum of large numbers could overflow where their mean does not.
const summary = (numbers) => ({
  count: numbers.length,
  mean: numbers.reduce((mean, number, index) => mean + (number / (index + 1) - mean / (index + 1)), 0),
  least: numbers.reduce((a, b) => Math.min(a, b)),
  greatest: numbers.reduce((a, b) => Math.max(a, b)),
});

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});
