/**
 * The tools with which every module speaks in plain words: text from outside made safe to show,
 * causes and durations as people write them, delays that grow. Nothing here knows a registry, Istio
 * or the network.
 */
@NullMarked
package io.fairlead.common;

import org.jspecify.annotations.NullMarked;
