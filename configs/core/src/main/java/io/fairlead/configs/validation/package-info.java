/**
 * Istio resources in Kubernetes form, checked by the rules that istiods apply to what they are
 * served. Pure functions: a document gives the same result everywhere. What is accepted here is
 * accepted by istiods, so that one never keeps an older version of a resource in silence.
 */
@NullMarked
package io.fairlead.configs.validation;

import org.jspecify.annotations.NullMarked;
