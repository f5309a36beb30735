// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {CRU} from "contracts/CRU.sol";
import {MethodologyRegistry} from "contracts/MethodologyRegistry.sol";
import {MRVRegistry} from "contracts/MRVRegistry.sol";
import {ProjectRegistry} from "contracts/ProjectRegistry.sol";
import {RegistryAccessControl} from "contracts/RegistryAccessControl.sol";
import {RegistryProxy} from "contracts/RegistryProxy.sol";
import {MethodologyTerms, ProjectType, UnitType} from "contracts/interfaces/IMethodologyRegistry.sol";
import {ReportSubmission, Verification, VintageAmount} from "contracts/interfaces/IMRVRegistry.sol";
import {PDD} from "contracts/interfaces/IProjectRegistry.sol";
import {Accreditation} from "contracts/interfaces/IRegistryAccessControl.sol";
import {Roles} from "contracts/libraries/Roles.sol";
import {CHEATS} from "./Cheats.sol";

/// @notice The registry behind its proxies, with one project and one verified report of 60 tonnes that expire.
contract Registry {
    uint16 internal constant START = 19_723; // 2024-01-01
    uint16 internal constant END = 20_088; // 2024-12-31
    uint16 internal constant VINTAGE = 2024;
    uint64 internal constant TONNE = 1000;
    uint64 internal constant VERIFIED = 60 * TONNE;
    address internal constant DEVELOPER = address(0xde7);
    address internal constant VALIDATOR = address(0x7a1);
    address internal constant VERIFIER = address(0x7e1);

    RegistryAccessControl internal access;
    CRU internal units;
    MRVRegistry internal reports;
    bytes14 internal reportId;

    function _deploy() internal {
        CHEATS.warp(uint256(END + 10) * 1 days);
        access = RegistryAccessControl(
            _proxy(address(new RegistryAccessControl()), abi.encodeCall(RegistryAccessControl.initialize, (address(this))))
        );
        MethodologyRegistry methodologies = MethodologyRegistry(
            _proxy(
                address(new MethodologyRegistry(address(0))),
                abi.encodeCall(MethodologyRegistry.initialize, (address(access)))
            )
        );
        ProjectRegistry projects = ProjectRegistry(
            _proxy(
                address(new ProjectRegistry(address(0))),
                abi.encodeCall(ProjectRegistry.initialize, (address(access), address(methodologies)))
            )
        );
        reports = MRVRegistry(
            _proxy(
                address(new MRVRegistry(address(0))),
                abi.encodeCall(MRVRegistry.initialize, (address(access), address(projects), address(methodologies)))
            )
        );
        units = CRU(
            _proxy(
                address(new CRU(address(0))), abi.encodeCall(CRU.initialize, (address(access), address(reports)))
            )
        );
        projects.connectReports(address(reports));
        reports.connectUnits(address(units));
        _permit(address(projects), address(methodologies));
        _verify(methodologies, projects);
    }

    /// @dev This contract is administrator and operator; judges and developer hold their roles.
    function _permit(address projects, address) private {
        access.grantRole(Roles.REGISTRY_OPERATOR, address(this), 0);
        access.grantRole(Roles.DEVELOPER, DEVELOPER, 0);
        access.grantRole(Roles.VALIDATOR, VALIDATOR, 0);
        access.grantRole(Roles.VERIFIER, VERIFIER, 0);
        _allow(projects, ProjectRegistry.registerProject.selector, Roles.DEVELOPER);
        _allow(projects, ProjectRegistry.validateProject.selector, Roles.VALIDATOR);
        _allow(address(reports), MRVRegistry.submitReport.selector, Roles.DEVELOPER);
        _allow(address(reports), MRVRegistry.verifyReport.selector, Roles.VERIFIER);
        Accreditation memory all = Accreditation(255, 0, type(uint16).max, keccak256("accreditation"));
        access.setOrganisation(VALIDATOR, keccak256("house of the validator"));
        access.setOrganisation(VERIFIER, keccak256("house of the verifier"));
        access.accredit(VALIDATOR, Roles.VALIDATOR, all, "");
        access.accredit(VERIFIER, Roles.VERIFIER, all, "");
    }

    function _verify(MethodologyRegistry methodologies, ProjectRegistry projects) private {
        bytes32 key = methodologies.registerMethodology(
            "soil", "1.0", keccak256("soil"), "", MethodologyTerms(UnitType.CSP, uint32(TONNE), 1_500, false, true, 1, 255)
        );
        methodologies.activateMethodology(key);
        CHEATS.prank(DEVELOPER);
        bytes32 projectId = projects.registerProject(
            "project", PDD(keccak256("pdd"), key, ProjectType.SoilCarbon, START, type(uint16).max, "")
        );
        projects.assignValidator(projectId, VALIDATOR);
        CHEATS.prank(VALIDATOR);
        projects.validateProject(projectId, keccak256("pdd"), keccak256("decision"), "");
        CHEATS.prank(DEVELOPER);
        reportId = reports.submitReport(projectId, "report", ReportSubmission(keccak256("report"), START, END, ""));
        reports.assignVerifier(reportId, VERIFIER);
        CHEATS.prank(VERIFIER);
        reports.verifyReport(
            reportId,
            Verification(keccak256("report"), VERIFIED, new VintageAmount[](0), keccak256("statement"), "")
        );
    }

    function _allow(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        access.setTargetFunctionRole(target, selectors, role);
    }

    function _proxy(address implementation, bytes memory initialization) private returns (address) {
        return address(new RegistryProxy(implementation, initialization));
    }
}
