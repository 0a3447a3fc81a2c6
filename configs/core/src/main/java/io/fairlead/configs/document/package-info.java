/**
 * YAML and JSON texts as trees in which each part knows its line and column. Reading is bounded:
 * hostile texts are refused, never expanded.
 */
@NullMarked
package io.fairlead.configs.document;

import org.jspecify.annotations.NullMarked;
