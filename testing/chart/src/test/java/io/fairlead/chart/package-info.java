/**
 * The chart {@code helm/fairlead}: what it renders, what Kubernetes' API server says of that, and
 * what istiods notice of an upgrade. There are no nodes: {@link io.fairlead.chart.Kubelet} runs the
 * gateways that the Pods describe as processes.
 */
@NullMarked
package io.fairlead.chart;

import org.jspecify.annotations.NullMarked;
