// SPDX-License-Identifier: Apache-2.0
// The `replace` lines below the first are those of the fetched source: a module's own do not pass on.
module koordinator-oracle

go 1.25.0

require github.com/koordinator-sh/koordinator v0.0.0

replace github.com/koordinator-sh/koordinator => ./koordinator

replace (
	github.com/docker/distribution => github.com/docker/distribution v2.8.2+incompatible
	github.com/go-jose/go-jose => github.com/go-jose/go-jose v4.1.4+incompatible
	github.com/go-jose/go-jose/v4 => github.com/go-jose/go-jose/v4 v4.1.4
	github.com/go-logr/logr => github.com/go-logr/logr v1.4.3
	github.com/gophercloud/gophercloud => github.com/gophercloud/gophercloud v0.1.0
	github.com/grpc-ecosystem/go-grpc-middleware => github.com/grpc-ecosystem/go-grpc-middleware v1.3.0
	github.com/grpc-ecosystem/go-grpc-prometheus => github.com/grpc-ecosystem/go-grpc-prometheus v1.2.0
	github.com/grpc-ecosystem/grpc-gateway => github.com/grpc-ecosystem/grpc-gateway v1.16.0
	github.com/grpc-ecosystem/grpc-gateway/v2 => github.com/grpc-ecosystem/grpc-gateway/v2 v2.26.3
	github.com/koordinator-sh/apis => github.com/koordinator-sh/apis v1.2.0
	github.com/prometheus/prometheus => github.com/prometheus/prometheus v0.39.2
	google.golang.org/api => google.golang.org/api v0.114.0
	google.golang.org/genproto => google.golang.org/genproto v0.0.0-20230526161137-0005af68ea54
	google.golang.org/genproto/googleapis/api => google.golang.org/genproto/googleapis/api v0.0.0-20250303144028-a0af3efb3deb
	google.golang.org/genproto/googleapis/rpc => google.golang.org/genproto/googleapis/rpc v0.0.0-20250528174236-200df99c418a
	google.golang.org/grpc => google.golang.org/grpc v1.79.1
	google.golang.org/protobuf => google.golang.org/protobuf v1.36.11
	k8s.io/api => k8s.io/api v0.35.6
	k8s.io/apiextensions-apiserver => k8s.io/apiextensions-apiserver v0.35.6
	k8s.io/apimachinery => k8s.io/apimachinery v0.35.6
	k8s.io/apiserver => k8s.io/apiserver v0.35.6
	k8s.io/cli-runtime => k8s.io/cli-runtime v0.35.6
	k8s.io/client-go => k8s.io/client-go v0.35.6
	k8s.io/cloud-provider => k8s.io/cloud-provider v0.35.6
	k8s.io/cluster-bootstrap => k8s.io/cluster-bootstrap v0.35.6
	k8s.io/code-generator => k8s.io/code-generator v0.35.6
	k8s.io/component-base => k8s.io/component-base v0.35.6
	k8s.io/component-helpers => k8s.io/component-helpers v0.35.6
	k8s.io/controller-manager => k8s.io/controller-manager v0.35.6
	k8s.io/cri-api => k8s.io/cri-api v0.35.6
	k8s.io/cri-client => k8s.io/cri-client v0.35.6
	k8s.io/csi-translation-lib => k8s.io/csi-translation-lib v0.35.6
	k8s.io/dynamic-resource-allocation => k8s.io/dynamic-resource-allocation v0.35.6
	k8s.io/endpointslice => k8s.io/endpointslice v0.35.6
	k8s.io/externaljwt => k8s.io/externaljwt v0.35.6
	k8s.io/gengo/v2 => k8s.io/gengo/v2 v2.0.0-20250922181213-ec3ebc5fd46b
	k8s.io/klog/v2 => k8s.io/klog/v2 v2.130.1
	k8s.io/kms => k8s.io/kms v0.35.6
	k8s.io/kube-aggregator => k8s.io/kube-aggregator v0.35.6
	k8s.io/kube-controller-manager => k8s.io/kube-controller-manager v0.35.6
	k8s.io/kube-openapi => k8s.io/kube-openapi v0.0.0-20250910181357-589584f1c912
	k8s.io/kube-proxy => k8s.io/kube-proxy v0.35.6
	k8s.io/kube-scheduler => k8s.io/kube-scheduler v0.35.6
	k8s.io/kubectl => k8s.io/kubectl v0.35.6
	k8s.io/kubelet => k8s.io/kubelet v0.35.6
	k8s.io/kubernetes => k8s.io/kubernetes v1.35.6
	k8s.io/metrics => k8s.io/metrics v0.35.6
	k8s.io/mount-utils => k8s.io/mount-utils v0.35.6
	k8s.io/pod-security-admission => k8s.io/pod-security-admission v0.35.6
	k8s.io/sample-apiserver => k8s.io/sample-apiserver v0.35.6
	sigs.k8s.io/controller-runtime => sigs.k8s.io/controller-runtime v0.23.1
)
