import { Histogram, metric } from "../../../../apps/metrics";
import { parseRedirects } from "../../../../apps/federation-agent/runtime";

test("redirects are read from HAProxy's table", () => {
  const text =
    "# table: route:launches, type: string, size:1024, used:2\n" +
    "0x55: key=a use=0 exp=0 shard=0 gpc0=2 gpc1=1 http_req_cnt=10\n" +
    "0x56: key=b use=1 exp=0 gpc0=0 gpc1=0 http_req_cnt=3\n";
  expect(parseRedirects(text)).toEqual([
    { member: "a", table: 7, cookie: 2, failover: 1 },
    { member: "b", table: 3, cookie: 0, failover: 0 },
  ]);
});

test("metrics are Prometheus text", () => {
  expect(metric("x", "gauge", "An x", [[{ a: 'q"\\\n' }, 1]])).toBe(
    '# HELP x An x\n# TYPE x gauge\nx{a="q\\"\\\\\\n"} 1\n',
  );
  const histogram = new Histogram("h", "An h", [0.1, 1]);
  histogram.observe(0.5);
  expect(histogram.toString()).toContain('h_bucket{le="0.1"} 0\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\n');
});
