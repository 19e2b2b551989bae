import { Metrics } from '@aws-lambda-powertools/metrics';
import { measurementOf } from '../core/metrics/measurement.ts';
import { serviceDimension } from '../core/metrics/metric-list.ts';
import type { Meter } from '../core/ports.ts';

/**
 * Writes each measurement as a line of its own into the function's log, from which CloudWatch makes metrics: once over
 * all its dimensions, once for their values. The namespace is that of POWERTOOLS_METRICS_NAMESPACE; without it nothing
 * is written, as CloudWatch would have nowhere to put it.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const powertoolsMeter = (): Meter => {
  const namespace = process.env['POWERTOOLS_METRICS_NAMESPACE'] ?? '';
  if (namespace === '') return { measure: () => undefined };
  // Made within a request: where requests overlap in a process, Powertools keeps dimensions by request, and throws outside
  // of any. Kept, because making one costs more than measuring: `singleMetric` leaves nothing of one line in the next.
  let metric: Metrics | null = null;
  return {
    measure: (name, value, dimensions) => {
      const measurement = measurementOf(name, value, dimensions);
      if (measurement === null) return;
      metric ??= new Metrics({
        namespace,
        serviceName: serviceDimension.service,
        singleMetric: true,
      });
      if (Object.keys(measurement.dimensions).length > 0) {
        metric.addDimensions({}).addDimensions({ ...measurement.dimensions });
      }
      metric.addMetric(measurement.name, measurement.unit, measurement.value);
    },
  };
};
